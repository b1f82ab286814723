package io.github.qmp4j.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.ClassTemplate;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Runs a test class once for each of several versions of QEMU.
 *
 * <p>In an invocation for a version {@link RealQemu} runs the QEMU of that version, in a container that is started once for the
 * class; other code finds the programs by {@link QemuPlace#current()}. In one for {@code local} it is the QEMU of this machine, and
 * no container. {@code @BeforeAll} and {@code @AfterAll} run once for all versions, so a QEMU cannot be started there. A test,
 * constructor, {@code @BeforeEach} or {@code @AfterEach} method may take
 *
 * <ul>
 *   <li>a {@link QemuPlace}: where it runs;
 *   <li>a {@link QemuContainer}: a container of its own, of this version, not started yet, and ended after the test; not
 *       in the invocation for {@code local}.
 * </ul>
 *
 * <p>The class cannot have another class template, {@code @ParameterizedClass} for example, besides; parameterized methods are fine. A
 * version that cannot be had, for want of a Docker engine for example, fails its invocation. The engine must run on this
 * machine, and the program {@code docker} must be on the path. Needs JUnit 6, and Testcontainers for anything but {@code local}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ClassTemplate
@ExtendWith(QemuVersionsExtension.class)
@ResourceLock("io.github.qmp4j.testkit.QemuPlace")
public @interface QemuVersions {
    /**
     * The versions, of {@code local}, {@code 5.2}, {@code 7.2}, {@code 10.0} and {@code 11.1}. None stands for those of the system
     * property {@code qmp4j.versions}, a comma list, which is {@code local} unless set.
     */
    String[] value() default {};

    /** Leaves out {@code local}; when only that was asked for the tests are disabled, with the reason. */
    boolean containersOnly() default false;
}
