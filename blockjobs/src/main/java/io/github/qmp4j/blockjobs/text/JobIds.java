package io.github.qmp4j.blockjobs.text;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobKey;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * Makes job-ids that tell a person, and a later process, what the job does to which disk:
 * {@code commit-virtio0-k3f9x2}. They fit into a node-name, which QEMU limits to 31 bytes; a name that does not fit, or
 * has other characters, is cut and gets a hash of the whole of it, so that no two disks are taken for one.
 */
public final class JobIds {
    public static final int LONGEST_NODE_NAME = 31;
    private static final int RANDOM_LENGTH = 6;
    private static final int RADIX = 36;
    private static final int LONGEST_DISK = LONGEST_NODE_NAME - "commit-".length() - "-".length() - RANDOM_LENGTH;

    /** So many characters of a hash: 40 bits of it. */
    private static final int HASH_LENGTH = 8;

    private static final int UNUSED_HASH_BITS = Long.SIZE - 40;
    private static final Pattern CLEAN = Pattern.compile("[A-Za-z0-9._-]{0," + LONGEST_DISK + "}");
    private static final Pattern HASHED = Pattern.compile(".*\\.[0-9a-z]{" + HASH_LENGTH + "}");

    private static final Pattern MADE = Pattern.compile("(pull|commit|copy|create)-.+-[0-9a-z]{6}");
    private static final Pattern TARGET = Pattern.compile("copy-(target|look)-[0-9a-z]{6}(-file)?");

    private static final Pattern PROOF = Pattern.compile("header-proof-[0-9a-z]{6}");

    private JobIds() {}

    public static JobId make(String word, String disk) {
        String random = Integer.toString(
                ThreadLocalRandom.current().nextInt(power(RANDOM_LENGTH - 1), Integer.MAX_VALUE), RADIX);
        return new JobId(prefix(word, disk) + random.substring(random.length() - RANDOM_LENGTH));
    }

    /** Whether the job-id says that it is a job on this disk. */
    public static boolean isFor(JobId id, String disk) {
        return Pattern.compile("(pull|commit|copy)-" + Pattern.quote(shortened(disk)) + "-[0-9a-z]{6}")
                .matcher(id.value())
                .matches();
    }

    /** Whether it is one that this makes, or that is made of a key. */
    public static boolean isMade(JobId id) {
        return MADE.matcher(id.value()).matches() || JobKey.isIdOfOne(id);
    }

    /** Whether it is the name of a node that is added for the target of a copy. */
    public static boolean isTarget(String nodeName) {
        return TARGET.matcher(nodeName).matches();
    }

    /** Whether it is the job-id of one that makes the target of a copy. */
    public static boolean isCreation(JobId id) {
        return id.value().startsWith("create-") && isMade(id);
    }

    /** Whether it is the name of a filter that stands on an image while its header is proved to be writable. */
    public static boolean isProof(String nodeName) {
        return PROOF.matcher(nodeName).matches();
    }

    private static String prefix(String word, String disk) {
        return word + "-" + shortened(disk) + "-";
    }

    /** A name that looks like the cut one of another disk is cut itself. */
    private static String shortened(String disk) {
        if (CLEAN.matcher(disk).matches() && !HASHED.matcher(disk).matches()) {
            return disk;
        }
        String clean = disk.replaceAll("[^A-Za-z0-9._-]", "_");
        String tail = clean.substring(Math.max(0, clean.length() - (LONGEST_DISK - ".".length() - HASH_LENGTH)));
        return tail + "." + hash(disk);
    }

    private static String hash(String text) {
        long bits =
                UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)).getMostSignificantBits();
        String hash = Long.toString(bits >>> UNUSED_HASH_BITS, RADIX);
        return "0".repeat(HASH_LENGTH - hash.length()) + hash;
    }

    private static int power(int exponent) {
        return (int) Math.pow(RADIX, exponent);
    }
}
