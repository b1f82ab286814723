package io.github.qmp4j.qmpctl;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
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
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The packages of qmpctl are rooms, and each knows only those below it: {@code docs/architecture.md}. */
class RoomsTest {
    private static final String BASE = "io.github.qmp4j.qmpctl";
    private static final String TOP = "(top)";
    private static final String SECTION = "## How qmpctl is built";
    private static final long MOST_FILES = 25;

    /** From the lowest to the highest. */
    private static final List<String> ROOMS = List.of(
            "text",
            "output",
            "failure",
            "report",
            "display",
            "watch",
            "option",
            "monitor",
            "job",
            "shell",
            "doctor",
            "demo",
            "complete",
            "command",
            TOP,
            "build");

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(BASE);

    private static String room(JavaClass type) {
        return type.getPackageName().equals(BASE) ? TOP : type.getPackageName().substring(BASE.length() + 1);
    }

    /** Arrows from a room to another as {@code from -> to}. */
    private static Set<String> arrows() {
        Set<String> arrows = new TreeSet<>();
        for (JavaClass type : MAIN) {
            type.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                    .filter(target -> target.getPackageName().startsWith(BASE))
                    .map(RoomsTest::room)
                    .filter(to -> !to.equals(room(type)))
                    .forEach(to -> arrows.add(room(type) + " -> " + to));
        }
        return arrows;
    }

    @Test
    void knowOnlyTheRoomsBelowThem() {
        assertThat(arrows()).isNotEmpty().allSatisfy(arrow -> {
            String[] ends = arrow.split(" -> ", -1);
            assertThat(ROOMS.indexOf(ends[1])).as(arrow).isNotNegative().isLessThan(ROOMS.indexOf(ends[0]));
        });
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
    void useOnlyWhatTheLibraryExports() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.github.qmp4j.blockjobs.*..")
                .check(MAIN);
    }

    @Test
    void areThoseOfTheDocument() throws IOException {
        List<String> documented = Pattern.compile("(?m)^\\| `?([a-z()]+)`? \\|")
                .matcher(section())
                .results()
                .map(match -> match.group(1))
                .filter(name -> !name.equals("room"))
                .toList();
        List<String> fromTheTop = new ArrayList<>(ROOMS);
        Collections.reverse(fromTheTop);
        assertThat(documented).containsExactlyElementsOf(fromTheTop);
    }

    @Test
    void haveTheClassesThatTheDocumentNames() throws IOException {
        Set<String> classes = MAIN.stream().map(JavaClass::getSimpleName).collect(Collectors.toSet());
        assertThat(Pattern.compile("`([A-Z][A-Za-z]+)`")
                        .matcher(section())
                        .results()
                        .map(match -> match.group(1))
                        .filter(name -> !name.endsWith("Test")))
                .isNotEmpty()
                .isSubsetOf(classes);
    }

    private static String section() throws IOException {
        String text = Files.readString(Path.of("../docs/architecture.md"));
        return text.substring(text.indexOf(SECTION));
    }

    @Test
    void areSmall() throws IOException {
        for (String room : ROOMS) {
            Path folder = Path.of("src/main/java", BASE.replace('.', '/'), room.equals(TOP) ? "" : room);
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files.filter(Files::isRegularFile).count()).as(room).isBetween(1L, MOST_FILES);
            }
        }
    }
}
