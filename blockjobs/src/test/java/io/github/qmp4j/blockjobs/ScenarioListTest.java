package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each situation of {@code docs/scenarios.md} names tests that are run, so that none is dropped unseen. */
class ScenarioListTest {
    private static final List<String> MODULES = List.of("qmp-core", "blockjobs");
    private static final int SITUATIONS = 53;
    private static final Pattern ROW = Pattern.compile("\\| (.+) \\| (\\w+(?:\\.\\w+)?(?:, \\w+(?:\\.\\w+)?)*) \\|");
    private static final String TEST = "@(?:Test|ParameterizedTest|RepeatedTest)\\b";

    @Test
    void everySituationIsShownByATest() throws IOException {
        Map<String, String> tests = tests();
        List<String> rows = Files.readAllLines(Path.of("../docs/scenarios.md")).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| situation |"))
                .toList();
        assertThat(rows)
                .hasSize(SITUATIONS)
                .allSatisfy(row -> assertThat(row).matches(ROW))
                .allSatisfy(
                        row -> assertThat(ROW.matcher(row).replaceFirst("$2").split(", ", -1))
                                .as(row)
                                .allSatisfy(test -> assertIsRun(tests, test)));
    }

    private static void assertIsRun(Map<String, String> tests, String test) {
        String[] name = test.split("\\.", -1);
        assertThat(tests).containsKey(name[0]);
        String method = name.length == 1 ? "\\w+" : name[1];
        assertThat(Pattern.compile(TEST + "(?:(?!\\bvoid\\b).)*\\bvoid " + method + "\\(", Pattern.DOTALL)
                        .matcher(tests.getOrDefault(name[0], ""))
                        .find())
                .as("%s is run", test)
                .isTrue();
    }

    private static Map<String, String> tests() throws IOException {
        Map<String, String> tests = new HashMap<>();
        for (String module : MODULES) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src/test/java"))) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith("Test.java")).toList()) {
                    tests.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
                }
            }
        }
        return tests;
    }
}
