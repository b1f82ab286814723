package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code qmpctl shell} on a terminal; script(1) is the terminal. */
@Timeout(300)
class ShellOnTerminalTest {
    private static final String ENTER = "\r";
    private static final String TAB = "\t";
    private static final String UP = "\033OA";
    private static final String ERASE = "\025";
    private static final String CTRL_C = "\003";
    private static final String CTRL_D = "\004";

    @TempDir
    private Path folder;

    private final Vm vm = new Vm();

    @BeforeEach
    void look() {
        assumeTrue(TerminalTest.isThere("script"), "there is no script(1) here, so there is no terminal to test on");
    }

    @AfterEach
    void end() {
        vm.close();
    }

    @Test
    void itPromptsCompletesFromTheLiveSchemaAndLeaves() {
        try (Child shell = start(Map.of())) {
            shell.awaitOut("QEMU .*`help` helps").awaitOut("qmp> ");
            shell.type("query-hotpl" + TAB).awaitOut("query-hotpluggable-cpus");
            shell.type(ERASE + "block-commit " + TAB + TAB).awaitOut("device=.*\\(string, needed\\)");
            shell.type(ERASE + "query-name" + ENTER).awaitOut("\\{ }").type("exit" + ENTER);
            shell.ended().with(0);
        }
    }

    @Test
    void whatACommandTakesIsShownBehindTheCursor() {
        try (Child shell = start(Map.of())) {
            shell.awaitOut("qmp> ").type("job-cancel ").awaitOut("\033\\[2mid=string");
            shell.type(ERASE + CTRL_D).ended().with(0);
        }
        try (Child shell = start(Map.of("NO_COLOR", "1"))) {
            shell.awaitOut("qmp> ")
                    .type("job-cancel no" + ENTER)
                    .awaitOut("'no'")
                    .type("exit" + ENTER);
            assertThat(shell.ended().with(0).out()).doesNotContain("id=string", "\033[3");
        }
    }

    @Test
    void anEventDoesNotBreakTheLineThatIsBeingTyped() {
        try (Child shell = start(Map.of())) {
            shell.awaitOut("qmp> ").type("query-sta").awaitOut("query-sta");
            vm.ask("system_reset");
            // The output appears above the line, which is then drawn again.
            shell.awaitOut("(?s)RESET  \\{.*qmp> .*query-sta").type("tus" + ENTER);
            shell.awaitOut("\"prelaunch\"").type("exit" + ENTER).ended().with(0);
        }
    }

    @Test
    void aTransactionIsSeenInThePrompt() {
        ChainedDisk disk = vm.disk(1);
        try (Child shell = start(Map.of())) {
            shell.awaitOut("qmp> ").type("transaction" + ENTER).awaitOut("transaction\\(0\\)> ");
            shell.type("block-dirty-bitmap-a" + TAB).awaitOut("block-dirty-bitmap-add");
            shell.type("node=" + disk.node("active") + " name=b" + ENTER).awaitOut("transaction\\(1\\)> ");
            shell.type("commit" + ENTER)
                    .awaitOut("\\{ }")
                    .type("exit" + ENTER)
                    .ended()
                    .with(0);
        }
        assertThat(vm.ask("query-named-block-nodes").toString()).contains("\"name\":\"b\"");
    }

    @Test
    void theLinesOfEarlierShellsComeBackButNoSecrets() throws IOException {
        try (Child shell = start(Map.of())) {
            shell.awaitOut("qmp> ").type("query-name" + ENTER).awaitOut("\\{ }");
            shell.type("object-add qom-type=secret id=s1 data=letmein" + ENTER).awaitOut("\\{ }.*(?s:.*)\\{ }");
            shell.type("exit" + ENTER).ended().with(0);
        }
        assertThat(vm.ask("qom-list", "{\"path\":\"/objects\"}").toString()).contains("s1");
        assertThat(Files.readString(folder.resolve("state/qmpctl/history")))
                .contains("query-name")
                .doesNotContain("letmein");
        try (Child shell = start(Map.of())) {
            shell.awaitOut("qmp> ").type(UP).awaitOut("exit").type(UP).awaitOut("query-name");
            shell.type(ENTER).awaitOut("\\{ }").type("exit" + ENTER).ended().with(0);
        }
    }

    @Test
    void aQemuThatDiesEndsTheShellAlsoAtItsPrompt() {
        try (Vm doomed = new Vm();
                Child shell = Child.typedOnTerminal(environment(Map.of()), doomed.onMonitor("shell"))) {
            shell.awaitOut("qmp> ");
            doomed.qemu.kill();
            shell.ended().with(3);
        }
    }

    @Test
    void ctrlCStopsTheWaitingForACommandAndNotTheShell() {
        try (Child shell = start(Map.of())) {
            shell.awaitOut("qmp> ");
            vm.qemu.freeze();
            try {
                shell.type("query-name" + ENTER);
                // No output shows that the command is running, so the test presses Ctrl-C until it takes effect.
                Awaitility.await().until(() -> shell.type(CTRL_C).outSoFar().contains("no longer waited for"));
            } finally {
                vm.qemu.thaw();
            }
            shell.type("query-status" + ENTER).awaitOut("\"prelaunch\"").type("exit" + ENTER);
            shell.ended().with(0);
        }
    }

    private Child start(Map<String, String> environment) {
        return Child.typedOnTerminal(environment(environment), vm.onMonitor("shell"));
    }

    private Map<String, String> environment(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(more);
        all.put("XDG_STATE_HOME", folder.resolve("state").toString());
        return all;
    }
}
