package io.github.qmp4j.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** One thing that a {@link QmpScript} tells the fake to do. */
sealed interface Step {

    void play(ScriptRun run) throws IOException, InterruptedException;

    /** Whether no step can come after it. */
    default boolean isLast() {
        return false;
    }

    /** Sends a message as the answer to the nth expected command, counted from 1; 0 is none yet. */
    record Send(int nth, Outgoing message) implements Step {
        @Override
        public void play(ScriptRun run) throws IOException {
            run.send(nth, message);
        }
    }

    /** Waits for a command; null arguments match any. */
    record Expect(String command, @Nullable JsonNode arguments, boolean oob) implements Step {
        @Override
        public void play(ScriptRun run) throws IOException {
            run.expect(this);
        }

        boolean matches(ReceivedCommand got) {
            return got.name().equals(command)
                    && got.oob() == oob
                    && (arguments == null || arguments.equals(got.argumentsOrEmpty()));
        }

        @Override
        public String toString() {
            return command + (oob ? " (out-of-band)" : "") + (arguments == null ? "" : " " + arguments);
        }
    }

    record Split(int bytes) implements Step {
        @Override
        public void play(ScriptRun run) {
            run.client().split(bytes);
        }
    }

    record Stray(String text) implements Step {
        @Override
        public void play(ScriptRun run) {
            run.client().stray(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Many events, in writes of about this many bytes. */
    record Flood(int events, String name, IntFunction<String> dataJson) implements Step {
        private static final int WRITE_BYTES = 64 * 1024;

        @Override
        public void play(ScriptRun run) throws IOException {
            ByteArrayOutputStream batch = new ByteArrayOutputStream();
            for (int i = 0; i < events; i++) {
                batch.writeBytes(Outgoing.event(name, dataJson.apply(i)).encode(null));
                if (batch.size() >= WRITE_BYTES || i == events - 1) {
                    run.client().write(batch.toByteArray());
                    batch.reset();
                }
            }
        }
    }

    record Disconnect() implements Step {
        @Override
        public boolean isLast() {
            return true;
        }

        @Override
        public void play(ScriptRun run) {
            run.client().close();
        }
    }

    record Silence() implements Step {
        @Override
        public boolean isLast() {
            return true;
        }

        @Override
        public void play(ScriptRun run) throws IOException {
            run.ignore();
        }
    }

    record Respond() implements Step {
        @Override
        public boolean isLast() {
            return true;
        }

        @Override
        public void play(ScriptRun run) throws IOException {
            run.respond();
        }
    }

    record Run(Runnable action) implements Step {
        @Override
        public void play(ScriptRun run) {
            action.run();
        }
    }

    /** Neither reads nor writes until the gate opens. */
    record Pause(Gate gate) implements Step {
        static final Duration LIMIT = Duration.ofSeconds(60);

        @Override
        public void play(ScriptRun run) throws InterruptedException {
            if (!gate.await(LIMIT)) {
                throw new TestkitException("pauseUntil waited " + LIMIT.toSeconds() + " s in vain");
            }
        }
    }

    /** Something to wait for. */
    interface Gate {
        boolean await(Duration limit) throws InterruptedException;
    }
}
