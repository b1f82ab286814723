package io.github.qmp4j.testkit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One client's way through its script; lives on the fake's thread. */
final class ScriptRun {
    private final ClientConnection client;
    private final Answers answers;
    private final Ledger ledger;
    private final List<ReceivedCommand> expected = new ArrayList<>();

    ScriptRun(ClientConnection client, Answers answers, Ledger ledger) {
        this.client = client;
        this.answers = answers;
        this.ledger = ledger;
    }

    ClientConnection client() {
        return client;
    }

    /** Returns only by an exception: the client leaves, or does not keep to the script. */
    void play(int script, List<Step> steps) throws IOException, InterruptedException {
        for (int i = 0; i < steps.size(); i++) {
            steps.get(i).play(this);
            ledger.passed(script, i);
        }
        if (!answers.none()) {
            respond();
        }
        throw new ScriptMismatch("expected nothing more, got " + read());
    }

    void send(int nth, Outgoing message) throws IOException {
        client.write(message.encode(nth == 0 ? null : expected.get(nth - 1)));
    }

    void expect(Step.Expect step) throws IOException {
        ReceivedCommand got = read();
        while (!step.matches(got) && answers.names(got)) {
            answer(got);
            got = read();
        }
        if (!step.matches(got)) {
            throw new ScriptMismatch("expected " + step + ", got " + got);
        }
        expected.add(got);
    }

    void ignore() throws IOException {
        while (true) {
            read();
        }
    }

    void respond() throws IOException {
        while (true) {
            answer(read());
        }
    }

    private void answer(ReceivedCommand command) throws IOException {
        for (Outgoing message : answers.to(command)) {
            client.write(message.encode(command));
        }
    }

    private ReceivedCommand read() throws IOException {
        ReceivedCommand command = client.read();
        answers.problems(command).forEach(ledger::problem);
        ledger.received(command);
        return command;
    }

    /** The client did something else than the script says. */
    static final class ScriptMismatch extends IOException {
        private static final long serialVersionUID = 1;

        ScriptMismatch(String message) {
            super(message);
        }
    }
}
