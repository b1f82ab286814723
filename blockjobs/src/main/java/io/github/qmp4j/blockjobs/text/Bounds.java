package io.github.qmp4j.blockjobs.text;

import java.time.Duration;

/** What numbers of a caller must be. Each gives the number back, or throws {@link IllegalArgumentException} in one sentence. */
public final class Bounds {
    private Bounds() {}

    public static Duration requirePositive(String name, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException("%s (%s) must be positive".formatted(name, duration));
        }
        return duration;
    }

    public static long requireSpeed(long bytesPerSecond) {
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException(
                    "the speed (%d bytes/s) must not be negative; 0 is unlimited".formatted(bytesPerSecond));
        }
        return bytesPerSecond;
    }
}
