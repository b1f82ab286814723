package io.github.qmp4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of cases is whole, and what it names is there. */
class CasesTest {
    private static final int RULES = 12;
    private static final int CASES = 85;

    @Test
    void everyNumberStandsOnceAndEveryTestIsThere() throws IOException {
        Set<String> sources;
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            sources = files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
        List<String> numbers = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("CASES.md"))) {
            String[] cells = line.split("\\s*\\|\\s*", -1);
            if (cells.length > 3 && cells[1].matches("R?\\d.*")) {
                Stream.of(cells[1].split(", ")).flatMap(CasesTest::each).forEach(numbers::add);
                assertThat(cells[3].equals("open") ? List.<String>of() : List.of(cells[3].split(", ")))
                        .as(line)
                        .allMatch(test -> sources.contains(test + ".java"));
            }
        }
        List<String> all = Stream.concat(
                        IntStream.rangeClosed(1, RULES).mapToObj(i -> "R" + i),
                        IntStream.rangeClosed(1, CASES).mapToObj(String::valueOf))
                .toList();
        assertThat(numbers).containsExactlyInAnyOrderElementsOf(all);
    }

    private static Stream<String> each(String range) {
        String[] ends = range.split("-", -1);
        return ends.length == 1
                ? Stream.of(range)
                : IntStream.rangeClosed(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]))
                        .mapToObj(String::valueOf);
    }
}
