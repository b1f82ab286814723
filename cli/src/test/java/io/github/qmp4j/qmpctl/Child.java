package io.github.qmp4j.qmpctl;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A qmpctl in its own process, which {@link #close()} kills. It runs the launcher from the archive if there is one, else the
 * classes of this build.
 */
public final class Child implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final List<String> arguments;
    private final Process process;
    private final Transcript out;
    private final Transcript err;

    private Child(List<String> arguments, Process process) {
        this.arguments = arguments;
        this.process = process;
        this.out = new Transcript(process.getInputStream(), "standard output of " + arguments);
        this.err = new Transcript(process.getErrorStream(), "standard error of " + arguments);
    }

    /** Runs qmpctl to its end. */
    static Ended run(String... arguments) {
        try (Child child = start(arguments)) {
            return child.ended();
        }
    }

    static Child start(String... arguments) {
        return start(List.of(), Map.of(), arguments);
    }

    /** With more environment variables, and with these options of the JVM if no launcher sets them. */
    static Child start(List<String> jvm, Map<String, String> environment, String... arguments) {
        return start(List.of(arguments), command(jvm, arguments), environment);
    }

    /** On a pseudo-terminal, which takes both standard streams. */
    static Child onTerminal(Map<String, String> environment, String... arguments) {
        return start(List.of(arguments), onTerminal(command(List.of(), arguments)), environment);
    }

    private static List<String> onTerminal(List<String> command) {
        List<String> quoted = command.stream().map(word -> "'" + word + "'").toList();
        // Without exec a shell would stay between the two processes, and could report the end of its child.
        return List.of("script", "-qec", "exec " + String.join(" ", quoted), "/dev/null");
    }

    /** With another launcher. */
    static Child ofLauncher(Path launcher, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        return start(List.of(arguments), command, environment);
    }

    /** With standard input open for {@link #type}. */
    static Child listening(Map<String, String> environment, String... arguments) {
        return open(List.of(arguments), command(List.of(), arguments), environment);
    }

    /** On a pseudo-terminal whose keyboard is {@link #type}. */
    static Child typedOnTerminal(Map<String, String> environment, String... arguments) {
        return open(List.of(arguments), onTerminal(command(List.of(), arguments)), environment);
    }

    private static Child start(List<String> arguments, List<String> command, Map<String, String> environment) {
        Child child = open(arguments, command, environment);
        child.typeNoMore();
        return child;
    }

    private static Child open(List<String> arguments, List<String> command, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment()
                .keySet()
                .removeAll(List.of("QMPCTL_SOCKET", "XDG_CONFIG_HOME", "COLUMNS", "NO_COLOR", "JAVA_TOOL_OPTIONS"));
        builder.environment().putAll(Map.of("LC_ALL", "C.UTF-8", "TERM", "xterm", "HOME", "/nonexistent"));
        builder.environment().putAll(environment);
        try {
            return new Child(arguments, builder.start());
        } catch (IOException e) {
            throw new AssertionError("cannot start " + command, e);
        }
    }

    private static List<String> command(List<String> jvm, String... arguments) {
        // A background build ignores SIGINT; the child would inherit that, and a JVM respects it.
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT,TERM,HUP,USR1"));
        if (Installed.isTested()) {
            command.add(Installed.launcher().toString());
            command.addAll(List.of(arguments));
            return command;
        }
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m"));
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Writes to its standard input. */
    Child type(String text) {
        try {
            process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new AssertionError("%s does not read: %s and %s".formatted(arguments, out, err), e);
        }
    }

    /** Closes its standard input. */
    Child typeNoMore() {
        try {
            process.getOutputStream().close();
            return this;
        } catch (IOException e) {
            throw new AssertionError("%s has closed its input".formatted(arguments), e);
        }
    }

    /** The command that starts qmpctl, without arguments. */
    public static List<String> javaCommand() {
        return command(List.of());
    }

    Child awaitOut(String pattern) {
        out.await(Pattern.compile(pattern), LIMIT);
        return this;
    }

    Child awaitErr(String pattern) {
        err.await(Pattern.compile(pattern), LIMIT);
        return this;
    }

    /** The output so far. */
    String outSoFar() {
        return out.toString();
    }

    /** Sends a signal: {@code INT}, {@code TERM}, {@code HUP} or {@code USR1}. */
    Child signal(String name) {
        try {
            Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -%s %d".formatted(name, process.pid())).start();
            if (!kill.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || kill.exitValue() != 0) {
                throw new AssertionError("cannot send SIG%s to %s".formatted(name, arguments));
            }
            return this;
        } catch (IOException e) {
            throw new AssertionError("there is no shell", e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    Ended ended() {
        try {
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("%s does not end; it wrote %s and %s".formatted(arguments, out, err));
            }
            return new Ended(arguments, process.exitValue(), out.whole(LIMIT), err.whole(LIMIT));
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly()
                .onExit()
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private static AssertionError interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new AssertionError("interrupted", e);
    }
}
