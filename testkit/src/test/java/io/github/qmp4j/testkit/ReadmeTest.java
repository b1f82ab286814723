package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    /** The build runs {@link SnapshotExampleTest}; this makes it the README's own text. */
    @Test
    void theExampleIsTheOneThatTheBuildRuns() throws IOException {
        String source = Files.readString(Path.of("src/test/java/io/github/qmp4j/testkit/SnapshotExampleTest.java"));
        String example = source.substring(
                source.indexOf("// README: begin\n") + "// README: begin\n".length(), source.indexOf("// README: end"));
        assertThat(Files.readString(Path.of("README.md"))).contains("```java\n" + example + "```");
    }
}
