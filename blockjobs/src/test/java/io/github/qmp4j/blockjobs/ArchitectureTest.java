package io.github.qmp4j.blockjobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The layer stands on what qmp-core exports, and on nothing below. */
@AnalyzeClasses(packages = "io.github.qmp4j.blockjobs", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule STANDS_ON_EXPORTED_PACKAGES = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "io.github.qmp4j",
                    "io.github.qmp4j.client",
                    "io.github.qmp4j.event",
                    "io.github.qmp4j.schema",
                    // exported to this module only
                    "io.github.qmp4j.threads",
                    "io.github.qmp4j.blockjobs..",
                    "com.fasterxml.jackson..",
                    "org.slf4j..",
                    "org.jspecify..");

    @ArchTest
    static final ArchRule THE_JOURNAL_KNOWS_NOTHING_OF_JOBS = classes()
            .that()
            .resideInAPackage("io.github.qmp4j.blockjobs.journal")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "io.github.qmp4j.blockjobs.journal", "org.slf4j..", "org.jspecify..");

    @ArchTest
    static final ArchRule NEVER_BLOCKS = noClasses()
            .should()
            .callMethod(java.util.concurrent.CompletableFuture.class, "get")
            .orShould()
            .callMethod(java.util.concurrent.CompletableFuture.class, "join")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class);

    /** What people type is not what a library sends; it has neither a schema nor errors of a kind. */
    @Test
    void neverSendsAHumanMonitorCommand() throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            assertThat(sources.filter(Files::isRegularFile))
                    .isNotEmpty()
                    .noneSatisfy(source -> assertThat(source).content().contains("human-monitor-command"));
        }
    }

    @Test
    void isAModuleThatExportsItsOnePackage() throws URISyntaxException {
        Path classes = Path.of(BlockJobs.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        ModuleDescriptor module = ModuleFinder.of(classes)
                .find("io.github.qmp4j.blockjobs")
                .orElseThrow()
                .descriptor();
        assertThat(module.exports().stream().map(ModuleDescriptor.Exports::source))
                .containsExactly("io.github.qmp4j.blockjobs");
        assertThat(module.requires().stream()
                        .map(ModuleDescriptor.Requires::name)
                        .filter(name -> !name.startsWith("java."))
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder("io.github.qmp4j.core", "org.slf4j");
    }
}
