package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.qmp4j.testkit.RealQemu;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The output on a terminal; script(1) of util-linux is the terminal. */
@Timeout(300)
public class TerminalTest {
    private static final String REDRAW = "\033[1A\r\033[J";
    private static final String GREEN = "\033[32m";
    private static Vm vm;

    @BeforeAll
    static void start() {
        assumeTrue(isThere("script"), "there is no script(1) here, so there is no terminal to test on");
        vm = new Vm();
    }

    @AfterAll
    static void end() {
        if (vm != null) {
            vm.close();
        }
    }

    @Test
    void theLineOfAJobIsRedrawnAndNeverWiderThanTheTerminal() {
        ChainedDisk disk = vm.disk();
        String out = run(Map.of("COLUMNS", "60", "NO_COLOR", "1"), "pull", disk.name(), "--speed", "16M");
        assertThat(out).contains("QEMU 7").contains(REDRAW).contains(": completed");
        assertThat(out).doesNotContain("\033[3").doesNotContain("\033[0m");
        List<String> bars = bars(out, disk);
        assertThat(bars).hasSizeGreaterThan(2).allMatch(line -> line.length() <= 60);
        assertThat(bars).anyMatch(line -> line.contains("running")).anyMatch(line -> line.contains("%"));
        disk.assertChain("active");
    }

    @Test
    void withRoomAndColoursThereIsABarAndReadyIsGreen() {
        ChainedDisk disk = vm.disk(1);
        String out = run(Map.of("COLUMNS", "120"), "commit", disk.name(), "--shallow", "--keep-overlay");
        assertThat(out).contains("█");
        String left = run(Map.of("COLUMNS", "120"), "commit", disk.name(), "--shallow", "--job-id", "t1");
        assertThat(left).contains(GREEN).contains("t1: ready");
        vm.qmpctl("cancel", "t1").with(4);
    }

    @Test
    void coloursAreForTerminalsOnlyAndOnlyForThoseWhoWantThem() {
        try (RealQemu well = RealQemu.builder().machine("none").start()) {
            for (String command : List.of("doctor", "--help")) {
                String[] arguments = {"--socket", well.monitor().toString(), command};
                assertThat(onTerminal(Map.of(), arguments)).contains("\033[");
                assertThat(onTerminal(Map.of("NO_COLOR", "1"), arguments)).doesNotContain("\033");
                assertThat(onTerminal(Map.of("TERM", "dumb"), arguments)).doesNotContain("\033");
                assertThat(Child.run(arguments).with(0).out()).doesNotContain("\033");
            }
        }
    }

    @Test
    void aDumbTerminalGetsPlainLines() {
        ChainedDisk disk = vm.disk(1);
        assertThat(run(Map.of("TERM", "dumb"), "pull", disk.name()))
                .doesNotContain("\033")
                .contains(": completed");
    }

    /** Whether a program is on the PATH. */
    public static boolean isThere(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static String run(Map<String, String> environment, String... arguments) {
        return onTerminal(environment, vm.onMonitor(arguments));
    }

    private static String onTerminal(Map<String, String> environment, String... arguments) {
        try (Child child = Child.onTerminal(environment, arguments)) {
            return child.ended().with(0).out();
        }
    }

    private static List<String> bars(String out, ChainedDisk disk) {
        return Stream.of(out.replaceAll("\033\\[[0-9]*[A-Za-z]", "").split("[\r\n]+"))
                .filter(line -> line.startsWith(disk.name() + " "))
                .toList();
    }
}
