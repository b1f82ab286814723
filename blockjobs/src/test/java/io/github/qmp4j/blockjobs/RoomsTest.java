package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The packages of this module are rooms, and what a room may know lies below it: {@code docs/architecture.md}. */
class RoomsTest {
    private static final String BASE = "io.github.qmp4j.blockjobs";
    private static final int MOST_FILES = 25;

    /** From the lowest to the highest. Each knows the exported package, and those before it. */
    private static final List<String> ROOMS = List.of(
            "text",
            "async",
            "session",
            "graph",
            "plan",
            "end",
            "node",
            "file",
            "header",
            "copy",
            "bitmap",
            "outcome",
            "journal",
            "record",
            "job",
            "start",
            "feed",
            "reconcile",
            "engine");

    /** The exported package knows a room only where one of its classes makes what it promises. */
    private static final Set<String> FACTORIES = Set.of(
            "BlockJobs -> engine",
            "BlockJobs -> start",
            "FileAccess -> file",
            "JobStore -> record",
            "JobRecord -> record",
            "QemuInstance -> session");

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(BASE);

    private static String room(JavaClass type) {
        return type.getPackageName().equals(BASE) ? "" : type.getPackageName().substring(BASE.length() + 1);
    }

    /** Arrows from a room to another as {@code from -> to}; those from the exported package begin with the class. */
    private static Set<String> arrows() {
        Set<String> arrows = new TreeSet<>();
        for (JavaClass type : MAIN) {
            type.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                    .filter(target -> target.getPackageName().startsWith(BASE))
                    .map(RoomsTest::room)
                    .filter(to -> !to.isEmpty() && !to.equals(room(type)))
                    .forEach(to -> arrows.add(from(type) + " -> " + to));
        }
        return arrows;
    }

    private static String from(JavaClass type) {
        return room(type).isEmpty() ? topLevel(type).getSimpleName() : room(type);
    }

    private static JavaClass topLevel(JavaClass type) {
        return type.getEnclosingClass().map(RoomsTest::topLevel).orElse(type);
    }

    @Test
    void knowOnlyWhatIsBelowThem() {
        assertThat(arrows().stream().filter(arrow -> ROOMS.contains(arrow.split(" ", -1)[0])))
                .isNotEmpty()
                .allSatisfy(arrow -> {
                    String[] ends = arrow.split(" -> ", -1);
                    assertThat(ROOMS.indexOf(ends[1])).as(arrow).isBetween(0, ROOMS.indexOf(ends[0]) - 1);
                });
    }

    @Test
    void areMadeByFewClassesOfTheExportedPackage() {
        assertThat(arrows().stream()
                        .filter(arrow -> Character.isUpperCase(arrow.charAt(0)))
                        .filter(arrow -> !arrow.endsWith(" -> text")))
                .containsExactlyInAnyOrderElementsOf(FACTORIES);
    }

    @Test
    void haveNoCycles() {
        SlicesRuleDefinition.slices()
                .matching(BASE + ".(*)")
                .should()
                .beFreeOfCycles()
                .check(MAIN);
    }

    @Test
    void areAsManyAsTheDocumentSays() throws IOException {
        String text = document();
        List<String> told = Pattern.compile("(?m)^\\| `([a-z]+)` \\|")
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
        List<String> fromTheTop = new ArrayList<>(ROOMS);
        Collections.reverse(fromTheTop);
        assertThat(told).containsExactlyElementsOf(fromTheTop);
    }

    /** All words in backquotes that are names of classes. */
    @Test
    void haveTheClassesThatTheDocumentNames() throws IOException {
        Set<String> classes = MAIN.stream().map(JavaClass::getSimpleName).collect(Collectors.toSet());
        String text = document();
        assertThat(Pattern.compile("`([A-Z][A-Za-z]+)`")
                        .matcher(text)
                        .results()
                        .map((MatchResult match) -> match.group(1))
                        .filter(name -> !name.endsWith("Test")))
                .isNotEmpty()
                .isSubsetOf(classes);
    }

    /** The document, without its section on another module. */
    private static String document() throws IOException {
        String text = Files.readString(Path.of("../docs/architecture.md"));
        return text.substring(0, text.indexOf("## How qmpctl is built"));
    }

    @Test
    void areSmall() throws IOException {
        for (String room : ROOMS) {
            try (Stream<Path> files = Files.list(Path.of("src/main/java", BASE.replace('.', '/'), room))) {
                assertThat(files.count()).as(room).isBetween(1L, (long) MOST_FILES);
            }
        }
    }
}
