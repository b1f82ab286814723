package io.github.qmp4j.testkit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happened to a {@link FakeQemu} so far; any thread may ask. */
final class Ledger {
    private static final int MAX_COMMANDS = 10_000;
    private static final int MAX_PROBLEMS = 100;

    private final List<List<Step>> scripts;
    /** For each script, how many steps the client that came furthest has passed. */
    private final int[] passed;

    private final Deque<ReceivedCommand> commands = new ArrayDeque<>();
    private final List<String> problems = new ArrayList<>();

    Ledger(List<List<Step>> scripts) {
        this.scripts = scripts;
        this.passed = new int[scripts.size()];
    }

    synchronized void received(ReceivedCommand command) {
        if (commands.size() == MAX_COMMANDS) {
            commands.removeFirst();
        }
        commands.addLast(command);
        notifyAll();
    }

    synchronized void passed(int script, int step) {
        passed[script] = Math.max(passed[script], step + 1);
        notifyAll();
    }

    synchronized void problem(String problem) {
        if (problems.size() < MAX_PROBLEMS) {
            problems.add(problem);
        }
        notifyAll();
    }

    synchronized List<ReceivedCommand> received() {
        return List.copyOf(commands);
    }

    /** The nth command of this name, or null if it does not come in time. */
    synchronized @Nullable ReceivedCommand await(String name, int nth, Duration timeout) throws InterruptedException {
        Deadline deadline = Deadline.after(timeout);
        while (true) {
            List<ReceivedCommand> found =
                    commands.stream().filter(c -> c.name().equals(name)).toList();
            if (found.size() >= nth) {
                return found.get(nth - 1);
            }
            if (deadline.passed()) {
                return null;
            }
            wait(deadline.leftMillis());
        }
    }

    /** Everything that went wrong; a script that is still on its way gets this much time to come to its end. */
    synchronized List<String> verdict(Duration patience) throws InterruptedException {
        Deadline deadline = Deadline.after(patience);
        while (problems.isEmpty() && !unconsumed().isEmpty() && !deadline.passed()) {
            wait(deadline.leftMillis());
        }
        List<String> all = new ArrayList<>(problems);
        all.addAll(unconsumed());
        return all;
    }

    private List<String> unconsumed() {
        List<String> result = new ArrayList<>();
        for (int script = 0; script < scripts.size(); script++) {
            List<Step> steps = scripts.get(script);
            for (Step step : steps.subList(passed[script], steps.size())) {
                if (step instanceof Step.Expect) {
                    result.add("client " + (script + 1) + ": never got " + step);
                }
            }
        }
        return result;
    }
}
