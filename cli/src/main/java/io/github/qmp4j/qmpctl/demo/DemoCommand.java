package io.github.qmp4j.qmpctl.demo;

import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.failure.Failure;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.output.Screen;
import io.github.qmp4j.qmpctl.text.Quantity;
import io.github.qmp4j.qmpctl.text.SizeText;
import io.github.qmp4j.qmpctl.watch.Interrupts;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code qmpctl demo}. */
@Command(
        name = "demo",
        description = "Start a QEMU, pull, commit and copy its disk, prove that the data stays the same, and leave"
                + " nothing behind. Needs no monitor.")
public final class DemoCommand implements Callable<Integer> {
    private static final long LEAST_BYTES = 16L << 20;

    private final Console console;

    @Option(names = "--no-install", description = "Do not install what is missing: name it and stop.")
    @SuppressWarnings("UnusedVariable") // For the launcher; here it only appears in the help.
    private boolean noInstall;

    @Option(names = "--keep", description = "Keep the images.")
    private boolean keep;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "256M",
            description = "How much random data the images hold. Default: ${DEFAULT-VALUE}.")
    private String size = "";

    public DemoCommand(PrintStream out, PrintStream err) {
        this.console = new Console(out, err, false);
    }

    @Override
    public Integer call() throws IOException {
        long bytes = SizeText.parse(size);
        if (bytes < LEAST_BYTES) {
            throw new IllegalArgumentException(
                    "--size %s is too small; it must be at least %s".formatted(size, Quantity.bytes(LEAST_BYTES)));
        }
        Interruption interruption = new Interruption();
        return new Interrupts(interruption::interrupt, interruption::interrupt, () -> {})
                .during(() -> run(bytes, interruption))
                .number();
    }

    private ExitCode run(long bytes, Interruption interruption) {
        try {
            QemuTools.requireAll();
            return run(bytes, interruption, DemoFolder.create());
        } catch (DemoException e) {
            console.warn(String.valueOf(e.getMessage()));
            return e.code();
        } catch (IOException e) {
            console.warn("the temporary folder of the demo: " + e);
            return ExitCode.FAILED;
        }
    }

    private ExitCode run(long bytes, Interruption interruption, DemoFolder folder) throws IOException {
        try {
            List<FinishedStep> done =
                    new DemoRun(folder, interruption, console, Screen.detect(System.getenv())).take(bytes);
            console.say("");
            console.print(FinishedStep.table(done));
            return ExitCode.DONE;
        } catch (DemoException e) {
            console.warn(String.valueOf(e.getMessage()));
            return e.code();
        } catch (RuntimeException | IOException e) {
            console.warn(Failure.of(e).sentence());
            return ExitCode.FAILED;
        } finally {
            cleanUp(folder);
        }
    }

    private void cleanUp(DemoFolder folder) throws IOException {
        if (keep) {
            console.say("QEMU has ended; the images are kept in " + folder.path());
        } else {
            folder.delete();
            console.say("QEMU has ended, and %s with all images has been removed".formatted(folder.path()));
        }
    }
}
