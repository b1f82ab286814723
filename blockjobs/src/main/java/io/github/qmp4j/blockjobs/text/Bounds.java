package io.github.qmp4j.blockjobs.text;

import java.time.Duration;

/** Range checks for the numbers that callers pass. Each returns its number, or throws {@link IllegalArgumentException} in one sentence. */
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
