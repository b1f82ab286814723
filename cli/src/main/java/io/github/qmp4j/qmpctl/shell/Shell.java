package io.github.qmp4j.qmpctl.shell;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.failure.Failure;
import io.github.qmp4j.qmpctl.report.SchemaText;
import io.github.qmp4j.schema.QmpSchema;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Executes lines until the input or the session ends. Belongs to one thread, except for events. */
public final class Shell {
    /** The words of the shell itself. */
    static final List<String> WORDS = List.of("help", "hmp", "transaction", "show", "commit", "abort", "exit");

    private static final String HELP = """
            COMMAND, COMMAND name=value … or COMMAND {"name":value}  executes a QMP command; TAB completes it
            help [COMMAND]           shows this help, or what a command takes
            hmp LINE                 sends a line to QEMU's human monitor, for example: hmp info block
            transaction              collects the actions that follow, instead of executing them
            show, commit, abort      shows them, has QEMU do all or none, discards them
            exit                     leaves the shell; QEMU and its jobs go on""";

    private final QmpClient client;
    private final QmpSchema schema;
    private final ShellIo io;

    private @Nullable TypedTransaction transaction;
    private boolean failed;

    public Shell(QmpClient client, QmpSchema schema, ShellIo io) {
        this.client = client;
        this.schema = schema;
        this.io = io;
    }

    /** Returns the exit code. A failed line counts only if no person sees the answers. */
    public ExitCode run() {
        CompletableFuture<Void> closed = client.closed();
        try (EventSubscription events = client.subscribe(EventFilter.all(), io::event)) {
            events.onDropped(() -> io.say("some events were lost: they arrived faster than they were read"));
            boolean goesOn = true;
            while (goesOn) {
                CompletableFuture<Optional<String>> line = io.next(prompt());
                CompletableFuture.anyOf(line, closed).join();
                goesOn = line.join().map(this::obey).orElse(false);
            }
        } catch (CompletionException e) {
            if (closed.isCompletedExceptionally()) {
                io.failed(Failure.of(closedCause(closed)).sentence());
                return ExitCode.NO_ANSWER;
            }
            throw e;
        }
        if (transaction != null) {
            fail("the transaction was neither committed nor aborted: nothing was sent");
        }
        return failed && !io.isInteractive() ? ExitCode.FAILED : ExitCode.DONE;
    }

    private static Throwable closedCause(CompletableFuture<Void> closed) {
        try {
            closed.join();
            return new IllegalStateException("the session ended");
        } catch (CompletionException e) {
            return e;
        }
    }

    private String prompt() {
        return transaction == null ? "qmp> " : "transaction(%d)> ".formatted(transaction.size());
    }

    /** Returns whether to go on. */
    private boolean obey(String line) {
        String text = line.strip();
        if (text.isEmpty() || text.startsWith("#")) {
            return true;
        }
        try {
            if (text.matches("help(\\s.*)?")) {
                explain(text.substring("help".length()).strip());
                return true;
            }
            if (text.matches("hmp(\\s.*)?") && transaction == null) {
                askHumanMonitor(text.substring("hmp".length()).strip());
                return true;
            }
            if (text.equals("quit") && transaction == null) {
                throw new IllegalArgumentException(
                        "quit ends QEMU itself: write `exit` to leave this shell, `quit {}` to end QEMU");
            }
            TypedCommand typed = TypedCommand.parse(text);
            if (!typed.name().equals("exit")) {
                obey(typed);
                return true;
            }
            return false;
        } catch (IllegalArgumentException e) {
            fail(String.valueOf(e.getMessage()));
        } catch (CancellationException e) {
            fail("no longer waited for; QEMU may still execute it");
        } catch (CompletionException e) {
            if (Failure.unwrapped(e) instanceof QmpDisconnectedException) {
                throw e;
            }
            fail(Failure.of(e).sentence());
        }
        return true;
    }

    private void obey(TypedCommand typed) {
        TypedTransaction open = transaction;
        if (open != null) {
            collect(open, typed);
        } else if (typed.name().equals("transaction") && typed.arguments().isEmpty()) {
            transaction = new TypedTransaction(schema);
        } else if (WORDS.contains(typed.name()) && !schema.hasCommand(typed.name())) {
            throw new IllegalArgumentException(
                    "there is no transaction to %s; `transaction` begins one".formatted(typed.name()));
        } else {
            execute(typed.toCommand());
        }
    }

    private void collect(TypedTransaction open, TypedCommand typed) {
        switch (typed.name()) {
            case "show" -> io.say(open.size() == 0 ? "no actions yet" : open.lines());
            case "abort" -> {
                transaction = null;
                io.say("aborted: nothing was sent");
            }
            case "commit" -> {
                if (open.size() == 0) {
                    throw new IllegalArgumentException("the transaction has no actions; add some, or abort it");
                }
                transaction = null;
                execute(open.toCommand(typed.arguments()));
            }
            default -> open.add(typed);
        }
    }

    private void execute(QmpCommand<JsonNode> command) {
        CompletableFuture<JsonNode> reply = client.execute(command);
        io.onInterrupt(() -> reply.cancel(false));
        io.returned(command.name(), reply.join());
    }

    private void askHumanMonitor(String line) {
        if (line.isEmpty()) {
            throw new IllegalArgumentException("hmp needs a line for the human monitor, for example: hmp info block");
        }
        CompletableFuture<JsonNode> reply =
                client.execute(QmpCommand.of("human-monitor-command").with("command-line", line));
        io.onInterrupt(() -> reply.cancel(false));
        io.printed(line, reply.join().asText().replace("\r", "").stripTrailing());
    }

    private void explain(String name) {
        if (name.isEmpty()) {
            io.say(HELP);
            return;
        }
        String path = transaction == null ? name : TypedTransaction.ACTIONS + "/+" + name + "/data";
        String known = schema.at(path).isPresent() ? path : name;
        io.say(schema.at(known)
                .map(entry -> String.join("\n", SchemaText.entry(known, entry)))
                .orElseThrow(() -> new IllegalArgumentException(SchemaText.missing(schema, name))));
    }

    private void fail(String sentence) {
        failed = true;
        io.failed(sentence);
    }
}
