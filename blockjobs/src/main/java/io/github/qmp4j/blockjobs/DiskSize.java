package io.github.qmp4j.blockjobs;

/**
 * How large the guest's disk was and is.
 *
 * @param before bytes when the job was planned
 * @param after bytes when it had ended
 */
public record DiskSize(long before, long after) {

    public boolean changed() {
        return before != after;
    }
}
