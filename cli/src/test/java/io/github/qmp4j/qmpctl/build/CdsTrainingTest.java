package io.github.qmp4j.qmpctl.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.qmpctl.Child;
import io.github.qmp4j.qmpctl.Main;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The training loads the classes that qmpctl needs. Making the archive itself needs jars, which this phase of the build lacks. */
@Timeout(300)
class CdsTrainingTest {
    @TempDir
    private Path folder;

    @Test
    void itsCommandsSucceedWithoutAQemuAndLeaveNothing() throws Exception {
        Path log = folder.resolve("classes");
        List<String> command = new ArrayList<>(Child.javaCommand());
        Collections.replaceAll(command, Main.class.getName(), CdsTraining.class.getName());
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        command.addAll(
                command.indexOf("-cp"), List.of("-Djava.io.tmpdir=" + temporary, "-Xlog:class+load:file=" + log));
        Process rehearsal = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
        assertThat(rehearsal.waitFor(50, TimeUnit.SECONDS)).isTrue();
        assertThat(folder.resolve("output")).isEmptyFile();
        assertThat(rehearsal.exitValue()).isZero();
        assertThat(log)
                .content()
                .contains(
                        "qmpctl.command.JobsCommand ",
                        "qmpctl.command.ChainCommand ",
                        "blockjobs.JobInfo ",
                        "qmp4j.client.QmpSession ");
        assertThat(temporary).isEmptyDirectory();
    }
}
