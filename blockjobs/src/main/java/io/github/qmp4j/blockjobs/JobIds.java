package io.github.qmp4j.blockjobs;

import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * Makes job-ids that tell a person, and a later process, what the job does to which disk:
 * {@code commit-virtio0-k3f9x2}. They fit into a node-name, which QEMU limits to 31 bytes.
 */
final class JobIds {
    static final int LONGEST_NODE_NAME = 31;
    private static final int RANDOM_LENGTH = 6;
    private static final int RADIX = 36;
    private static final int LONGEST_DISK = LONGEST_NODE_NAME - "commit-".length() - "-".length() - RANDOM_LENGTH;

    private JobIds() {}

    static JobId make(String word, String disk) {
        String random = Integer.toString(
                ThreadLocalRandom.current().nextInt(power(RANDOM_LENGTH - 1), Integer.MAX_VALUE), RADIX);
        return new JobId(prefix(word, disk) + random.substring(random.length() - RANDOM_LENGTH));
    }

    /** Whether the job-id says that it is a job on this disk. */
    static boolean isFor(JobId id, String disk) {
        return Pattern.compile("(pull|commit|copy)-" + Pattern.quote(sanitised(disk)) + "-[0-9a-z]{6}")
                .matcher(id.value())
                .matches();
    }

    private static String prefix(String word, String disk) {
        return word + "-" + sanitised(disk) + "-";
    }

    private static String sanitised(String disk) {
        String clean = disk.replaceAll("[^A-Za-z0-9._-]", "_");
        return clean.substring(Math.max(0, clean.length() - LONGEST_DISK));
    }

    private static int power(int exponent) {
        return (int) Math.pow(RADIX, exponent);
    }
}
