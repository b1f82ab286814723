package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several disks in one call: their pivots wait for each other. */
@Timeout(300)
class SeveralDisksTest {
    private static final Vm VM = new Vm();

    private final ChainedDisk first = VM.disk();
    private final ChainedDisk second = VM.disk();

    @AfterAll
    static void end() {
        VM.close();
    }

    @AfterEach
    void noJobIsLeft() {
        VM.assertNoJobs();
    }

    private static JsonNode job(ChainedDisk disk) {
        for (JsonNode job : VM.ask("query-jobs")) {
            if (job.path("id").asText().contains("-" + disk.name() + "-")) {
                return job;
            }
        }
        throw new AssertionError("no job of " + disk.name());
    }

    @Test
    void noDiskIsSwitchedBeforeAllAreReady() {
        try (Child child = VM.start("-o", "json", "commit", first.name(), second.name(), "--pivot", "--speed", "64K")) {
            child.awaitOut("-" + second.name() + "-");
            removeSpeedLimit(first);
            await().until(() -> job(first).path("status").asText().equals("ready"));
            await().during(1, TimeUnit.SECONDS)
                    .untilAsserted(
                            () -> assertThat(job(first).path("status").asText()).isEqualTo("ready"));
            first.assertChain("active", "snap2", "snap1", "base");
            VM.ask(
                    "block-job-set-speed",
                    "{\"device\":\"%s\",\"speed\":0}"
                            .formatted(job(second).path("id").asText()));
            Ended ended = child.ended().with(0).withSilentErr();
            assertThat(ended.lines("result")).hasSize(2).allSatisfy(line -> assertThat(
                            line.path("pivoted").asBoolean())
                    .isTrue());
        }
        first.assertChain("base");
        second.assertChain("base");
        first.assertUnchanged(first.image("base"));
        second.assertUnchanged(second.image("base"));
    }

    @Test
    void copiesOfTwoDisksAreSwitchedTogether() {
        Path one = VM.path("one.qcow2");
        Path two = VM.path("two.qcow2");
        VM.qmpctl("copy", first.name(), one.toString(), second.name(), two.toString(), "--format", "qcow2", "--pivot")
                .with(0)
                .withSilentErr();
        assertThat(first.liveChain()).containsExactly(one);
        assertThat(second.liveChain()).containsExactly(two);
        first.assertUnchanged(one);
        second.assertUnchanged(two);
    }

    /** The message names the wrong disk before any job starts. */
    @ParameterizedTest
    @CsvSource({
        "commit first nodisk --pivot, there is no disk 'nodisk'",
        "commit first nodisk, there is no disk 'nodisk'",
        "commit first nodisk --detach, there is no disk 'nodisk'",
        "pull first nodisk, there is no disk 'nodisk'",
        "commit single first, has no backing node that",
        "copy first ONE nodisk TWO --format qcow2 --finish, there is no disk 'nodisk'",
        "copy first ONE first-node TWO --format qcow2, named twice",
    })
    void noneIsStartedWhereOneWouldBeRefused(String line, String why) {
        List<String> words = new ArrayList<>(List.of("-o", "json"));
        for (String word : line.split(" ", -1)) {
            words.add(
                    switch (word) {
                        case "first" -> first.name();
                        case "second" -> second.name();
                        case "first-node" -> first.node("active");
                        case "single" -> single();
                        case "ONE", "TWO" -> VM.path(word + ".qcow2").toString();
                        default -> word;
                    });
        }
        Ended ended = VM.qmpctl(words.toArray(String[]::new)).with(1);
        assertThat(ended.lines("result")).hasSize(2).allSatisfy(result -> {
            assertThat(result.path("outcome").asText()).isEqualTo("refused");
            assertThat(result.path("disk").asText()).isNotEmpty();
        });
        assertThat(ended.err()).contains(why).contains("is refused, so none was started");
        assertThat(VM.path("ONE.qcow2")).doesNotExist();
        first.assertChain("active", "snap2", "snap1", "base");
    }

    /** A conflict: the message names both jobs. */
    @Test
    void aDiskThatAnotherJobHoldsIsNamedAndKeepsTheOtherFromAStart() {
        VM.ask("block-stream", """
                {"job-id":"theirs","device":"%s","speed":65536}""".formatted(second.node("active")));
        try {
            Ended ended = VM.qmpctl("-o", "json", "commit", first.name(), second.name(), "--pivot")
                    .with(7);
            assertThat(ended.err())
                    .contains("the commit of " + second.name() + " is refused, so none was started")
                    .contains(second.name() + " is in use by job theirs");
            first.assertChain("active", "snap2", "snap1", "base");
        } finally {
            VM.ask("block-job-cancel", "{\"device\":\"theirs\"}");
            await().until(() -> VM.ask("query-jobs").isEmpty());
        }
    }

    @Test
    void oneDiskNamedTwiceIsRefusedBeforeAnyMonitorIsAsked() {
        Ended ended = Child.run(
                "--socket", "/no/such/socket", "copy", "d", "/one", "d", "/two", "--format", "qcow2", "--pivot");
        ended.with(2).withOneError("the disk 'd' is named twice, and a disk has one job at a time");
    }

    /** A disk without a backing chain. */
    private static String single() {
        String name = "single" + VM.files().size();
        Path image = VM.images.create(name + ".qcow2", "qcow2", Vm.MIB);
        VM.ask("blockdev-add", """
                {"driver":"qcow2","node-name":"%s","file":{"driver":"file","filename":"%s"}}""".formatted(name + "-node", image));
        VM.ask("device_add", """
                {"driver":"scsi-hd","id":"%s","drive":"%s"}""".formatted(name, name + "-node"));
        return name;
    }

    /** Of the two exit codes, 4 and 1, the worse one is 1. */
    @Test
    void theRestStaysWhereItIsWhenSomebodyCancelsOne() {
        try (Child child = VM.start("-o", "json", "commit", first.name(), second.name(), "--pivot", "--speed", "64K")) {
            child.awaitOut("-" + second.name() + "-");
            removeSpeedLimit(first);
            await().until(() -> job(first).path("status").asText().equals("ready"));
            VM.ask(
                    "job-cancel",
                    "{\"id\":\"%s\"}".formatted(job(second).path("id").asText()));
            Ended ended = child.ended().with(1);
            assertThat(ended.lines("result"))
                    .extracting(line -> line.path("outcome").asText())
                    .containsExactlyInAnyOrder("failed", "cancelled");
            assertThat(ended.err())
                    .containsPattern(
                            "the disk was not switched, since job commit-" + second.name() + "-\\w+ was cancelled");
        }
        first.assertChain("active", "snap2", "snap1", "base");
        second.assertChain("active", "snap2", "snap1", "base");
    }

    /** Both files exist, and neither is in use. */
    @Test
    void aCopyThatIsCancelledByHandIsTheCauseThatTheOtherOneNamesWithItsFile() {
        Path one = VM.path("first" + first.name() + ".qcow2");
        Path two = VM.path("second" + second.name() + ".qcow2");
        try (Child child = VM.start(
                "-o",
                "json",
                "copy",
                first.name(),
                one.toString(),
                second.name(),
                two.toString(),
                "--format",
                "qcow2",
                "--pivot",
                "--speed",
                "64K")) {
            child.awaitOut("-" + second.name() + "-");
            removeSpeedLimit(first);
            await().until(() -> job(first).path("status").asText().equals("ready"));
            String cancelled = job(second).path("id").asText();
            VM.ask("job-cancel", "{\"id\":\"%s\"}".formatted(cancelled));
            Ended ended = child.ended().with(1);
            assertThat(ended.lines("result")).hasSize(2).anySatisfy(line -> {
                assertThat(line.path("outcome").asText()).isEqualTo("failed");
                assertThat(line.path("error").asText())
                        .isEqualTo("the disk was not switched, since job " + cancelled + " was cancelled");
                assertThat(line.at("/leftovers/0/name").asText()).isEqualTo(one.toString());
            });
            assertThat(ended.lines("result")).anySatisfy(line -> {
                assertThat(line.path("outcome").asText()).isEqualTo("cancelled");
                assertThat(line.at("/leftovers/0/name").asText()).isEqualTo(two.toString());
            });
        }
        first.assertChain("active", "snap2", "snap1", "base");
        second.assertChain("active", "snap2", "snap1", "base");
        first.assertUnchanged(one);
    }

    private static void removeSpeedLimit(ChainedDisk disk) {
        VM.ask(
                "block-job-set-speed",
                "{\"device\":\"%s\",\"speed\":0}".formatted(job(disk).path("id").asText()));
    }

    @Test
    void ctrlCCancelsAllThatWaitForEachOther() {
        try (Child child = VM.start("commit", first.name(), second.name(), "--pivot", "--speed", "64K")) {
            child.awaitOut("-" + first.name() + "-\\w+: running").awaitOut("-" + second.name() + "-\\w+: running");
            child.signal("INT").ended().with(4);
        }
        first.assertChain("active", "snap2", "snap1", "base");
    }

    @Test
    void thoseThatWaitForOneThatIsOverdueAreLeftRunningToo() {
        try (Child child = VM.start(
                "-o", "json", "commit", first.name(), second.name(), "--pivot", "--speed", "16K", "--stall", "3s")) {
            child.awaitOut("-" + second.name() + "-");
            removeSpeedLimit(first);
            Ended ended = child.ended().with(5);
            assertThat(ended.lines("result")).hasSize(2).allSatisfy(line -> assertThat(
                            line.path("outcome").asText())
                    .isEqualTo("unknown"));
            assertThat(ended.err()).contains("it waits for " + second.name() + " before its pivot");
        }
        first.assertChain("active", "snap2", "snap1", "base");
        VM.qmpctl("cancel", job(first).path("id").asText()).with(4);
        VM.qmpctl("cancel", job(second).path("id").asText()).with(4);
    }
}
