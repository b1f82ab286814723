package io.github.qmp4j.examples.store;

import io.github.qmp4j.blockjobs.JobRecord;
import io.github.qmp4j.blockjobs.JobStore;
import io.github.qmp4j.blockjobs.JobStoreException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** A process that opens a store and reports each record as soon as it is stored, until it is killed. */
final class StoreChild {
    private StoreChild() {}

    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (JobStore store = StoreUnderTest.of(arguments).open()) {
            out.println("open");
            for (int number = 0; number < Integer.MAX_VALUE; number++) {
                JobRecord record = SampleJobs.record("job" + number % 5, number);
                store.record(record).join();
                out.println(record.key() + " " + number);
            }
        } catch (JobStoreException e) {
            out.println("refused: " + e.getMessage());
        }
    }
}
