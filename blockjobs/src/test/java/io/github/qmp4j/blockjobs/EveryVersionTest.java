package io.github.qmp4j.blockjobs;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemuBuilder;

/** No test that starts a real QEMU is left out when the versions are gone through. */
@AnalyzeClasses(packages = "io.github.qmp4j.blockjobs", importOptions = ImportOption.OnlyIncludeTests.class)
class EveryVersionTest {

    @ArchTest
    static final ArchRule EACH_TEST_ON_A_REAL_QEMU_RUNS_ON_EVERY_VERSION = classes()
            .that()
            .haveSimpleNameEndingWith("Test")
            .and()
            .doNotBelongToAnyOf(LoopDeviceTest.class)
            .and(describe("start a real QEMU", EveryVersionTest::startsQemu))
            .should()
            .beAnnotatedWith(QemuVersions.class);

    private static boolean startsQemu(JavaClass test) {
        return test.getMethodCallsFromSelf().stream().anyMatch(EveryVersionTest::startsQemu);
    }

    private static boolean startsQemu(JavaMethodCall call) {
        JavaClass owner = call.getTargetOwner();
        return call.getName().startsWith("start")
                && (owner.isEquivalentTo(TestVm.class) || owner.isEquivalentTo(RealQemuBuilder.class));
    }
}
