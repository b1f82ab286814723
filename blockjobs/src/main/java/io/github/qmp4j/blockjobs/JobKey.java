package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.text.JobIds;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The caller's own name for a piece of work on a disk, by which it is started once, however often it is asked for: the same
 * text is the same work. It should name the VM, the disk and the task, since one {@link JobStore} serves all the
 * VMs of a host.
 *
 * @param text 1 to 255 characters, none of them a control character
 */
public record JobKey(String text) {
    private static final int LONGEST = 255;
    /** Not the word of any kind of job: those are what {@link BlockJobs#dismissEnded} takes for its own. */
    private static final String PREFIX = "key-";

    private static final int HASH_LENGTH = 12;
    private static final int RADIX = 36;
    private static final int LONGEST_WORDS = JobIds.LONGEST_NODE_NAME - PREFIX.length() - "-".length() - HASH_LENGTH;

    public JobKey {
        if (text.isBlank() || text.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "the key of a job has %d characters; it takes 1 to %d, not all of them blank: '%s'"
                            .formatted(text.length(), LONGEST, text));
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("the key of a job holds a control character: '%s'".formatted(text));
        }
        utf8(text);
    }

    public static JobKey of(String text) {
        return new JobKey(text);
    }

    /**
     * The job-id that this work has in QEMU, on every start of every version of this library: {@code key-}, the end of the
     * text as far as it may stand in an id, and a hash of the whole text. It fits into a node-name.
     */
    public JobId jobId() {
        String words = text.replaceAll("[^A-Za-z0-9._-]", "_");
        return new JobId(PREFIX + words.substring(Math.max(0, words.length() - LONGEST_WORDS)) + "-" + hash());
    }

    /** Whether a job-id is made of some key. */
    public static boolean isIdOfOne(JobId id) {
        return id.value().startsWith(PREFIX);
    }

    private String hash() {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(utf8(text));
            String digits = new BigInteger(1, sha256.digest()).toString(RADIX);
            return digits.substring(digits.length() - HASH_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    /** Half of a surrogate pair cannot be written down, so two keys would become one. */
    private static ByteBuffer utf8(String text) {
        try {
            return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the key of a job is no proper Unicode: '%s'".formatted(text), e);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
