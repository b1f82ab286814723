package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each exit code, through the launcher, in a pipe and on a pseudo-terminal with its own Ctrl-C. */
@Timeout(300)
class ExitCodeIT {
    private static final String SLOW = "16K";
    private static final String CTRL_C = "\003";
    private static Vm vm;
    private static ChainedDisk disk;

    /** The kinds of standard output. */
    enum Where {
        PIPE,
        TERMINAL;

        Child start(String... arguments) {
            if (this == PIPE) {
                return Child.start(arguments);
            }
            assumeTrue(
                    TerminalTest.isThere("script"), "there is no script(1) here, so there is no terminal to test on");
            return Child.typedOnTerminal(Map.of(), arguments);
        }

        /** A terminal shows standard error too; erased lines of progress do not count. */
        String said(Ended ended) {
            return this == PIPE ? ended.err() : ended.out().replaceAll("[^\r\n]*\r?\n\033\\[1A\r\033\\[J", "");
        }

        void interrupt(Child child) {
            if (this == PIPE) {
                child.signal("INT");
            } else {
                child.type(CTRL_C);
            }
        }
    }

    @BeforeAll
    static void start() {
        vm = new Vm();
        disk = vm.disk();
    }

    @AfterAll
    static void end() {
        vm.close();
    }

    @AfterEach
    void noJobIsLeft() {
        vm.assertNoJobs();
    }

    @ParameterizedTest
    @EnumSource
    void doneIs0(Where where) {
        ChainedDisk merged = vm.disk(1);
        assertThat(run(where, 0, vm.onMonitor("commit", merged.name(), "--pivot"))
                        .out())
                .contains("completed, pivoted");
        merged.assertChain("base");
        run(where, 0, vm.onMonitor("jobs"));
    }

    @ParameterizedTest
    @EnumSource
    void refusedIs1(Where where) {
        assertOneLine(where, run(where, 1, vm.onMonitor("pull", "nodisk")), "nodisk");
        assertOneLine(where, run(where, 1, vm.onMonitor("exec", "no-such-command")), "no-such-command");
    }

    @ParameterizedTest
    @EnumSource
    void whatCannotBeUnderstoodIs2(Where where) {
        assertOneLine(where, run(where, 2, vm.onMonitor("frobnicate")), "frobnicate");
        assertOneLine(where, run(where, 2, vm.onMonitor("pull", disk.name(), "--speed", "fast")), "fast");
    }

    @ParameterizedTest
    @EnumSource
    void noConnectionIs3(Where where) {
        assertOneLine(where, run(where, 3, "--socket", "/nowhere/qmp", "jobs"), "no such file");
    }

    @ParameterizedTest
    @EnumSource
    void aJobThatCtrlCCancelsIs4(Where where) {
        try (Child child = where.start(vm.onMonitor("pull", disk.name(), "--speed", SLOW))) {
            child.awaitOut("running");
            where.interrupt(child);
            Ended ended = child.ended().with(4);
            assertThat(ended.out()).contains("again: leave it running");
            assertThat(where.said(ended)).contains(": cancelled");
        }
        disk.assertChain("active", "snap2", "snap1", "base");
    }

    @ParameterizedTest
    @EnumSource
    void aJobThatIsOverdueIs5AndRunsOn(Where where) {
        String[] late = vm.onMonitor("pull", disk.name(), "--speed", SLOW, "--job-id", "late", "--deadline", "1s");
        assertThat(where.said(run(where, 5, late))).contains("late: ", "deadline");
        assertThat(vm.onlyJob().path("status").asText()).isEqualTo("running");
        vm.qmpctl("cancel", "late").with(4);
    }

    @ParameterizedTest
    @EnumSource
    void aJobThatNobodyKnowsTheEndOfIs6(Where where) {
        try (Vm doomed = new Vm()) {
            String[] pull = doomed.onMonitor("pull", doomed.disk(1).name(), "--speed", SLOW);
            try (Child child = where.start(pull)) {
                child.awaitOut("running");
                doomed.qemu.kill();
                assertThat(where.said(child.ended().with(6))).contains("unknown");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aChainThatAnotherJobHasIs7(Where where) {
        String first = vm.qmpctl("pull", disk.name(), "--speed", SLOW, "--detach")
                .with(0)
                .out()
                .strip();
        Ended ended = run(where, 7, vm.onMonitor("pull", disk.name()));
        assertThat(where.said(ended)).contains("in use by job " + first);
        vm.qmpctl("cancel", first).with(4);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsLeftBehindIs8(Where where) {
        vm.ask("blockdev-add", """
                {"driver":"null-co","node-name":"lone","read-zeroes":true}""");
        try {
            assertThat(run(where, 8, vm.onMonitor("doctor")).out()).contains("nothing uses lone");
        } finally {
            vm.ask("blockdev-del", "{\"node-name\":\"lone\"}");
        }
        run(where, 0, vm.onMonitor("doctor"));
    }

    @ParameterizedTest
    @EnumSource
    void ctrlCThatLeavesTheJobRunningIs130(Where where) {
        try (Child child = where.start(
                vm.onMonitor("pull", disk.name(), "--speed", SLOW, "--job-id", "left", "--on-interrupt", "leave"))) {
            child.awaitOut("running");
            where.interrupt(child);
            assertThat(child.ended().with(130).out()).contains("attach again with: ", "wait left");
        }
        assertThat(vm.onlyJob().path("status").asText()).isEqualTo("running");
        vm.qmpctl("cancel", "left").with(4);
    }

    @ParameterizedTest
    @EnumSource
    void theSecondCtrlCIs130(Where where) {
        try (Child child = where.start(vm.onMonitor("pull", disk.name(), "--speed", SLOW, "--job-id", "twice"))) {
            child.awaitOut("running");
            vm.qemu.freeze(); // so that the cancel stays without an answer
            try {
                where.interrupt(child);
                child.awaitOut("cancelling");
                where.interrupt(child);
                assertThat(child.ended().with(130).out()).contains("attach again with: ");
            } finally {
                vm.qemu.thaw();
            }
        }
        vm.qmpctl("cancel", "twice").with(4);
    }

    private static Ended run(Where where, int code, String... arguments) {
        try (Child child = where.start(arguments)) {
            return child.ended().with(code);
        }
    }

    private static void assertOneLine(Where where, Ended ended, String part) {
        // On a terminal the header of a job comes first.
        assertThat(where.said(ended).lines())
                .hasSizeLessThanOrEqualTo(where == Where.PIPE ? 1 : 2)
                .last()
                .asString()
                .startsWith("qmpctl")
                .contains(part);
    }
}
