package io.github.qmp4j.blockjobs;

import java.util.Locale;

/** What a job does, by QEMU's {@code JobType}. */
public enum JobType {
    /** {@code stream}: an overlay pulls data from its backing nodes. */
    PULL("stream"),
    /** {@code commit}: overlays are committed into a base, the active layer too or not. */
    COMMIT("commit"),
    /** {@code mirror}: a disk is copied, and kept in step. */
    COPY("mirror"),
    /** {@code backup}: a point in time is copied. */
    BACKUP("backup"),
    /** Anything else, {@code create} and {@code amend} among it. */
    OTHER("");

    private final String qmpName;

    JobType(String qmpName) {
        this.qmpName = qmpName;
    }

    /** What this library calls it: pull, commit, copy, backup or other. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static JobType of(String qmpName) {
        for (JobType type : values()) {
            if (type.qmpName.equals(qmpName)) {
                return type;
            }
        }
        return OTHER;
    }
}
