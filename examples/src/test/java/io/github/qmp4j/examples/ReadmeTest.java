package io.github.qmp4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(((?!http)[^)#]+)");

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

    /** Of all pages, from the folder of each. */
    @Test
    void everyLinkLeadsToAFile() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(Path.of("../README.md"), Path.of("../testkit/README.md")));
        try (Stream<Path> docs = Files.list(Path.of("../docs"))) {
            pages.addAll(docs.toList());
        }
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path page : pages) {
            for (MatchResult link :
                    LINK.matcher(Files.readString(page)).results().toList()) {
                links++;
                if (!Files.exists(page.resolveSibling(link.group(1)))) {
                    broken.add(page + ": " + link.group(1));
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(links).isGreaterThan(20);
    }
}
