package io.github.qmp4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of cases is whole, and each test that it names is there and cites the number in a comment. */
class CasesTest {
    private static final int RULES = 12;
    private static final int CASES = 85;
    private static final List<String> MODULES = List.of("qmp-core", "testkit", "blockjobs");

    private static final Pattern ROW = Pattern.compile("\\| (R?\\d+) \\| (.+?) \\| (.+?) \\|");
    private static final Pattern OUT_OF_PLACE = Pattern.compile("does not apply: [^;]{10,}?(?:; nearest: (.+))?");
    private static final Pattern CITED = Pattern.compile("\\b(R\\d+)\\b|(?i:\\bcases?) (\\d+(?:, \\d+)*)");
    private static final Pattern RUN =
            Pattern.compile("@Test\\b|@ParameterizedTest\\b|@RepeatedTest\\b|\\bimplements AfterAllCallback\\b");

    private final Map<String, List<String>> sources = new HashMap<>();

    @Test
    void everyNumberStandsOnceAndItsTestsShowIt() throws IOException {
        for (String module : MODULES) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src/test/java"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    sources.put(file.getFileName().toString().replace(".java", ""), Files.readAllLines(file));
                }
            }
        }
        List<String> numbers = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("CASES.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                numbers.add(row.group(1));
                assertThat(tests(row.group(3))).as(line).allSatisfy(test -> assertShows(test, row.group(1)));
            }
        }
        assertThat(numbers)
                .containsExactlyElementsOf(Stream.concat(
                                IntStream.rangeClosed(1, RULES).mapToObj(i -> "R" + i),
                                IntStream.rangeClosed(1, CASES).mapToObj(String::valueOf))
                        .toList());
    }

    private static List<String> tests(String shownBy) {
        Matcher outOfPlace = OUT_OF_PLACE.matcher(shownBy);
        if (!outOfPlace.matches()) {
            return List.of(shownBy.split(", ", -1));
        }
        String nearest = outOfPlace.group(1);
        return nearest == null ? List.of() : List.of(nearest.split(", ", -1));
    }

    /** A method shows it by a comment of its own; a class, where all of it is meant, by the one above it. */
    private void assertShows(String test, String number) {
        String[] name = test.split("\\.", -1);
        assertThat(sources).as("the sources, for %s", test).containsKey(name[0]);
        List<String> source = sources.getOrDefault(name[0], List.of());
        List<String> part = name.length == 1 ? head(source, name[0]) : method(source, name[1]);
        assertThat(part).as(test).isNotEmpty();
        assertThat(name.length == 1 ? source : part).as("%s is run", test).anyMatch(line -> RUN.matcher(line)
                .find());
        assertThat(cited(part)).as("what %s cites", test).contains(number);
    }

    private static List<String> head(List<String> source, String name) {
        return source.stream()
                .takeWhile(line -> !line.contains("class " + name + " "))
                .toList();
    }

    /** From the blank line before its comment and annotations to its last brace; empty if there is none of this name. */
    private static List<String> method(List<String> source, String name) {
        int at = IntStream.range(0, source.size())
                .filter(i -> source.get(i).contains("void " + name + "("))
                .findFirst()
                .orElse(-1);
        if (at < 0) {
            return List.of();
        }
        int from = at;
        while (!source.get(from).isBlank() && !source.get(from).contains("class ")) {
            from--;
        }
        int to = at;
        while (!source.get(to).equals("    }")) {
            to++;
        }
        return source.subList(from, to);
    }

    private static Set<String> cited(List<String> lines) {
        return lines.stream()
                .map(String::strip)
                .filter(line -> line.startsWith("//") || line.startsWith("/*") || line.startsWith("*"))
                .flatMap(line -> CITED.matcher(line).results())
                .flatMap(found -> found.group(1) != null
                        ? Stream.of(found.group(1))
                        : Stream.of(found.group(2).split(", ", -1)))
                .collect(Collectors.toSet());
    }
}
