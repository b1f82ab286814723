package io.github.qmp4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadmeTest {

    /** The build compiles {@link Embedding}; this makes it the README's own text. */
    @Test
    void theJavaExampleIsTheOneThatTheBuildCompiles() throws IOException {
        List<String> source = Files.readAllLines(Path.of("src/main/java/io/github/qmp4j/examples/Embedding.java"));
        List<String> example = source.subList(line(source, "README: begin") + 1, line(source, "README: end")).stream()
                .map(line -> line.replaceFirst("^ {4}", ""))
                .toList();

        assertThat(example).hasSizeLessThanOrEqualTo(12);
        assertThat(Files.readString(Path.of("..", "README.md")))
                .contains("```java\n" + String.join("\n", example) + "\n```");
    }

    private static int line(List<String> source, String mark) {
        for (int i = 0; i < source.size(); i++) {
            if (source.get(i).endsWith(mark)) {
                return i;
            }
        }
        throw new AssertionError("no line ends in " + mark);
    }
}
