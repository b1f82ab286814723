package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each scenario of the block-job reference, A1 to A60, is cited above or inside a test, so that none is dropped unseen. */
class ScenarioListTest {
    private static final int SCENARIOS = 60;
    private static final List<String> MODULES = List.of("qmp-core", "blockjobs", "testkit", "cli", "examples");
    private static final Pattern CITED = Pattern.compile("\\bA([1-9]\\d?)\\b");
    private static final Pattern RANGE = Pattern.compile("\\bA([1-9]\\d?) to A([1-9]\\d?)\\b");
    private static final Pattern RUN = Pattern.compile("@Test\\b|@ParameterizedTest\\b|@RepeatedTest\\b");

    @Test
    void everyScenarioIsCitedByATest() throws IOException {
        Map<Integer, TreeSet<String>> citations = new TreeMap<>();
        for (String module : MODULES) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src/test/java"))) {
                for (Path file : files.filter(ScenarioListTest::isTest).toList()) {
                    String source = Files.readString(file);
                    if (RUN.matcher(source).find()) {
                        comments(source).forEach(line -> cited(line).forEach(number -> citations
                                .computeIfAbsent(number, any -> new TreeSet<>())
                                .add(String.valueOf(file.getFileName()))));
                    }
                }
            }
        }
        assertThat(IntStream.rangeClosed(1, SCENARIOS)
                        .filter(number -> !citations.containsKey(number))
                        .mapToObj(number -> "A" + number))
                .as("scenarios that no test cites")
                .isEmpty();
        assertThat(citations.keySet()).as("scenarios that there are").allMatch(number -> number <= SCENARIOS);
    }

    private static boolean isTest(Path file) {
        return file.toString().endsWith("Test.java") && !file.endsWith("ScenarioListTest.java");
    }

    private static Stream<String> comments(String source) {
        return source.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("//") || line.startsWith("/*") || line.startsWith("*"));
    }

    private static Stream<Integer> cited(String line) {
        return Stream.concat(
                CITED.matcher(line).results().map(found -> Integer.valueOf(found.group(1))),
                RANGE.matcher(line).results().flatMap(found -> IntStream.rangeClosed(
                                Integer.parseInt(found.group(1)), Integer.parseInt(found.group(2)))
                        .boxed()));
    }
}
