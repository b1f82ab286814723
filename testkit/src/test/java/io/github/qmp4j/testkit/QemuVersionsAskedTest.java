package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** Which versions are asked for, and what is told of them. Needs no Docker engine. */
class QemuVersionsAskedTest {
    private final @Nullable String versions = System.getProperty("qmp4j.versions");
    private final @Nullable String report = System.getProperty("qmp4j.versions.report");

    @TempDir
    private Path folder;

    /** What the samples do is no result of this run. */
    @BeforeEach
    void reportNothing() {
        set("qmp4j.versions.report", null);
    }

    @AfterEach
    void restore() {
        set("qmp4j.versions", versions);
        set("qmp4j.versions.report", report);
    }

    @Test
    void localIsTheDefaultAndNeedsNoContainer() {
        set("qmp4j.versions", null);
        EngineExecutionResults results = run(Local.class);
        assertThat(names(results)).containsExactly(QemuPlace.local().toString());
        assertThat(results.testEvents().succeeded().count()).isEqualTo(1);
        assertThat(QemuPlace.current().isContainer()).isFalse();
    }

    @Test
    void aVersionThatIsNotKnownFailsTheClassAndTheOnesThatAreAreNamed() {
        set("qmp4j.versions", "local, 6.0");
        assertThat(failures(run(Local.class)))
                .containsExactly("the system property qmp4j.versions asks for QEMU \"6.0\":"
                        + " the versions are local, 5.2, 7.2, 10.0, 11.1");
        assertThat(failures(run(Twice.class)))
                .containsExactly("@QemuVersions of Twice names a version twice: local,local");
    }

    @Test
    void testsForContainersOnlyAreLeftOutWithAReasonWhereNoneIsAskedFor() {
        set("qmp4j.versions", "local");
        List<String> reasons = run(ContainersOnly.class).testEvents().skipped().stream()
                .map(event -> event.getRequiredPayload(String.class))
                .toList();
        assertThat(reasons)
                .singleElement()
                .asString()
                .contains("needs QEMU in a container", "-Dqmp4j.versions=local,5.2,");
    }

    @Test
    void aContainerIsNotToBeHadOnThisMachine() {
        set("qmp4j.versions", "local");
        assertThat(failures(run(TakesContainer.class)))
                .singleElement()
                .asString()
                .contains("takes a QemuContainer", "containersOnly");
    }

    @Test
    void aSecondTemplateIsRefused() {
        assertThat(failures(run(Parameterized.class))).anySatisfy(message -> assertThat(message)
                .isEqualTo("Parameterized has @QemuVersions and @ParameterizedClass, of which a class can have one"));
    }

    /** It would be the same QEMU for all versions. */
    @Test
    void aQemuForAllVersionsIsRefused() {
        assertThat(failures(run(TooEarly.class)))
                .singleElement()
                .asString()
                .contains("@BeforeAll", "start it in @BeforeEach");
        assertThat(QemuPlace.current().isContainer()).isFalse();
    }

    @Test
    void whatPassedFailedAndWasSkippedIsReportedByReason() throws Exception {
        set("qmp4j.versions", "local");
        Path file = folder.resolve("target/versions.csv");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "of an earlier run\n");
        set("qmp4j.versions.report", file.toString());
        run(Mixed.class);
        assertThat(Files.readAllLines(file))
                .containsExactly(
                        "version,class,passed,failed,skipped,reason",
                        "local," + Mixed.class.getName() + ",2,1,0,\"fails(): said \"\"no\"\", twice\"",
                        "local," + Mixed.class.getName() + ",0,0,1,\"QEMU 5.2.0 does not know x\"",
                        "local," + Mixed.class.getName() + ",0,0,1,\"of no use\"");
    }

    private static EngineExecutionResults run(Class<?> sample) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(sample))
                .execute();
    }

    private static List<String> names(EngineExecutionResults results) {
        return results.containerEvents().started().stream()
                .filter(event -> event.getTestDescriptor()
                        .getUniqueId()
                        .getLastSegment()
                        .getType()
                        .equals("class-template-invocation"))
                .map(event -> event.getTestDescriptor().getDisplayName())
                .toList();
    }

    private static List<String> failures(EngineExecutionResults results) {
        return results.allEvents().failed().stream()
                .map((Event event) -> event.getRequiredPayload(TestExecutionResult.class))
                .map(result -> result.getThrowable().orElseThrow().getMessage())
                .toList();
    }

    private static void set(String property, @Nullable String value) {
        if (value == null) {
            System.clearProperty(property);
        } else {
            System.setProperty(property, value);
        }
    }

    @QemuVersions
    static class Local {
        @Test
        void passes(QemuPlace place) {
            assertThat(place).isSameAs(QemuPlace.current());
        }
    }

    @QemuVersions({"local", "local"})
    static class Twice extends Local {}

    @QemuVersions(containersOnly = true)
    static class ContainersOnly extends Local {}

    @QemuVersions
    static class TakesContainer {
        @Test
        void passes(QemuContainer container) {}
    }

    @QemuVersions
    static class Mixed extends Local {
        @Test
        void passesToo() {}

        @Test
        void fails() {
            fail("said \"no\", twice");
        }

        @Test
        void isSkipped() {
            abort("QEMU 5.2.0 does not know x");
        }

        @Test
        @Disabled("of no use")
        void isDisabled() {}
    }

    @QemuVersions
    @ParameterizedClass
    @ValueSource(booleans = true)
    static class Parameterized {
        @Parameter
        boolean parameter;

        @Test
        void passes() {
            assertThat(parameter).isTrue();
        }
    }

    @QemuVersions
    static class TooEarly extends Local {
        @BeforeAll
        static void starts() {
            RealQemu.builder();
        }
    }
}
