package io.github.qmp4j.blockjobs;

import io.github.qmp4j.testkit.RealQemu;

/**
 * The column of the table in the package documentation that a QEMU belongs to, by what its schema has. One between two
 * of the releases that were measured is taken for the older.
 */
enum Release {
    V5_2,
    V7_2,
    V10_0,
    V11_1;

    static Release of(RealQemu qemu) {
        if (qemu.knows("blockdev-mirror/arg/target-is-zero")) {
            return V11_1;
        }
        if (qemu.knows("blockdev-set-active")) {
            return V10_0;
        }
        return qemu.knows("blockdev-add/arg/driver/^copy-before-write") ? V7_2 : V5_2;
    }

    boolean isBefore(Release other) {
        return compareTo(other) < 0;
    }
}
