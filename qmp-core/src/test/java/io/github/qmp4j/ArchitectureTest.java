package io.github.qmp4j;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The layers of the module, and what may be seen of them. */
@Timeout(300)
class ArchitectureTest {
    private static final String ROOT = "io.github.qmp4j";
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> location.contains("/qmp-core/target/classes/"))
            .importPackages(ROOT);
    private static final DescribedPredicate<JavaClass> NETTY = resideInAPackage("io.netty..");

    @Test
    void layersLookDownOnly() {
        assertThat(MAIN).hasSizeGreaterThan(30);
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("process")
                .definedBy(ROOT + ".process..")
                .layer("client")
                .definedBy(ROOT + ".client..")
                .layer("schema")
                .definedBy(ROOT + ".schema..")
                .layer("transport")
                .definedBy(ROOT + ".transport..")
                .layer("codec")
                .definedBy(ROOT + ".codec..")
                .layer("event")
                .definedBy(ROOT + ".event..")
                .layer("root")
                .definedBy(ROOT)
                .layer("threads")
                .definedBy(ROOT + ".threads..")
                .whereLayer("process")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("client")
                .mayOnlyBeAccessedByLayers("process")
                .whereLayer("schema")
                .mayOnlyBeAccessedByLayers("process", "client")
                .whereLayer("transport")
                .mayOnlyBeAccessedByLayers("process", "client")
                .whereLayer("codec")
                .mayOnlyBeAccessedByLayers("process", "client", "schema", "transport")
                .whereLayer("event")
                .mayOnlyBeAccessedByLayers("process", "client", "schema", "transport", "codec")
                .whereLayer("threads")
                .mayNotAccessAnyLayer()
                .check(MAIN);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass type) {
                        return SliceIdentifier.of(type.getPackageName());
                    }

                    @Override
                    public String getDescription() {
                        return "packages";
                    }
                })
                .should()
                .beFreeOfCycles()
                .check(MAIN);
    }

    @Test
    void onlyTransportKnowsNetty() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".transport..")
                .should()
                .dependOnClassesThat(NETTY)
                .check(MAIN);
    }

    @Test
    void whatIsExportedShowsNoNettyType() {
        Set<String> exported = Set.of(ROOT, ROOT + ".client", ROOT + ".event", ROOT + ".schema", ROOT + ".process");
        Stream<JavaMember> shown = MAIN.stream()
                .filter(type -> exported.contains(type.getPackageName()) && isShown(type.getModifiers()))
                .flatMap(type -> type.getMembers().stream())
                .filter(member -> isShown(member.getModifiers()));
        assertThat(shown).hasSizeGreaterThan(100).allSatisfy(member -> assertThat(member.getAllInvolvedRawTypes())
                .as(member.getFullName())
                .noneMatch(NETTY));
    }

    private static boolean isShown(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }

    @Test
    void everyPackageIsNullMarked() {
        Stream<String> packages = MAIN.stream().map(JavaClass::getPackageName).distinct();
        assertThat(packages).allSatisfy(name -> assertThat(
                        Class.forName(name + ".package-info").isAnnotationPresent(NullMarked.class))
                .isTrue());
    }

    @Test
    void namesSayWhatAClassIs() {
        classes()
                .should()
                .haveSimpleNameNotEndingWith("Impl")
                .andShould()
                .haveSimpleNameNotEndingWith("Manager")
                .andShould()
                .haveSimpleNameNotEndingWith("Util")
                .andShould()
                .haveSimpleNameNotEndingWith("Utils")
                .andShould()
                .haveSimpleNameNotEndingWith("Helper")
                .andShould()
                .haveSimpleNameNotEndingWith("Base")
                .check(MAIN);
    }
}
