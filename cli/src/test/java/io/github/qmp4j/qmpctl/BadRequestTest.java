package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wrong requests to a healthy QEMU: no job starts, and nothing is left behind. */
@Timeout(300)
class BadRequestTest {
    private static final Vm VM = new Vm();
    private static final ChainedDisk DISK = VM.disk(1);

    private List<String> nodes = List.of();
    private List<String> files = List.of();

    @BeforeAll
    static void makeATargetThatExists() throws IOException {
        Files.writeString(VM.path("there.qcow2"), "precious");
    }

    @AfterAll
    static void end() {
        VM.close();
    }

    @BeforeEach
    void look() {
        nodes = VM.nodeNames();
        files = VM.files();
    }

    @AfterEach
    void nothingIsLeft() {
        VM.assertNoJobs();
        assertThat(VM.nodeNames()).isEqualTo(nodes).noneMatch(node -> node.startsWith("probe-"));
        assertThat(VM.files()).isEqualTo(files);
        assertThat(VM.path("there.qcow2")).hasContent("precious");
        DISK.assertChain("active", "snap2", "snap1", "base");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "pull nodisk ; nodisk",
                "pull snap11 ; snap11.*lies in the backing chain",
                "pull disk1 --base nonode ; nonode",
                "pull disk1 --base active1 ; active1",
                "commit snap21 ; snap21",
                "commit disk1 --top snap11 --base snap21 ; (snap11|snap21).*(below|above)",
                "commit disk1 --base active1 ; active1",
                "commit disk1 --top base1 ; base1",
                "commit disk1 --top snap11 --pivot ; (?i)pivot|active layer",
                "copy snap21 FOLDER/new.qcow2 --format qcow2 ; snap21",
                "copy disk1 FOLDER/there.qcow2 --format qcow2 ; there.qcow2.*exists",
                "copy disk1 FOLDER --format qcow2 ; exists|folder|directory",
                "copy disk1 FOLDER/no/new.qcow2 --format qcow2 ; no/new.qcow2",
                "copy disk1 FOLDER/new.qcow2 --format nosuch ; nosuch",
            })
    void whatDoesNotFitTheChainIsExitCode1(String arguments, String pattern) {
        qmpctl("-o json --timeout 20s " + arguments)
                .with(1)
                .withOneError(pattern)
                .withRefusal();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "copy disk1 new.qcow2 --format qcow2 ; new.qcow2.*absolute",
                "copy disk1 FOLDER/new.qcow2 ; --format",
                "copy disk1 nbd://host/x --format raw ; nbd",
                "pull disk1 --speed -1 ; -1.*negative",
                "pull disk1 --speed=9999999999P ; 9999999999P.*too much",
                "pull disk1 --speed fast ; fast",
                "commit disk1 --job-id 1x ; 1x",
                "commit disk1 --frobnicate ; --frobnicate",
                "commit disk1 --detach --pivot ; --detach.*--pivot",
                "pull disk1 --on-error retry ; retry",
            })
    void whatCannotBeUnderstoodIsExitCode2(String arguments, String pattern) {
        qmpctl("-o json " + arguments).with(2).withOneError(pattern).withRefusal();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "job nojob ; 1 ; nojob",
                "wait nojob ; 1 ; nojob",
                "cancel nojob ; 1 ; nojob",
                "pivot nojob ; 1 ; nojob",
                "speed nojob 1M ; 1 ; nojob",
                "dismiss nojob ; 1 ; nojob",
                "chain nodisk ; 1 ; nodisk",
                "exec no-such-command ; 1 ; no-such-command",
                "exec query-status { ; 2 ; JSON",
                "exec query-status {\"a\":1} ; 1 ; query-status",
                "speed nojob -1 ; 2 ; -1",
            })
    void otherCommandsSayItInOneLineToo(String arguments, int code, String pattern) {
        qmpctl(arguments).with(code).withOneError(pattern).withSilentOut();
    }

    @ParameterizedTest
    @CsvSource({"wait, nojob, 1", "finish, nojob, 1", "wait, 1x, 2"})
    void whoeverTakesOverAJobThatIsNotThereGetsAResultLine(String command, String id, int code) {
        qmpctl("-o json " + command + " " + id).with(code).withOneError(id).withRefusal();
    }

    @ParameterizedTest
    @CsvSource({"disks", "pull disk1"})
    void withoutAMonitorThereIsNothingToTalkTo(String arguments) {
        Child.run(arguments.split(" ")).with(2).withOneError("--socket").withSilentOut();
    }

    private static Ended qmpctl(String arguments) {
        String folder = VM.folder();
        return VM.qmpctl(Stream.of(arguments.split(" +"))
                .map(word -> word.replace("FOLDER", folder))
                .toArray(String[]::new));
    }
}
