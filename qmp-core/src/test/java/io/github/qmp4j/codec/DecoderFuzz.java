package io.github.qmp4j.codec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.QmpProtocolException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * What a fuzzer calls: any bytes, whole or cut, give the same messages, then either nothing or a
 * {@link QmpProtocolException}, in memory that grows with their number only.
 */
public final class DecoderFuzz {
    /** Small, so that the fuzzer meets the limits. */
    private static final int MAX_BYTES = 512;

    private static final int MAX_NESTING = 16;
    private static final long BASE_ALLOCATION = 64 << 10;
    private static final long ALLOCATION_PER_BYTE = 512;
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    /**
     * Half of a character as an escape. In the name of a member Jackson 2.22 loses its way where the bytes are cut behind
     * it; QEMU has no such names.
     */
    private static final Pattern SURROGATE = Pattern.compile("\\\\u[dD][89a-fA-F]");

    /** What the decoder made of the bytes. */
    private record Decoded(List<ObjectNode> messages, boolean refused) {}

    private DecoderFuzz() {}

    /** Loads the classes, which is not to count as time that an input takes. */
    public static void fuzzerInitialize() {
        fuzzerTestOneInput(new byte[] {'{', '}'});
    }

    public static void fuzzerTestOneInput(byte[] input) {
        Decoded whole = decode(input, input.length, 0);
        // The hash makes the cuts depend on the input, so that a finding can be run again.
        int hash = Arrays.hashCode(input);
        int longest = (hash & 1) == 0 ? 1 : 1 + input.length / 2;
        long before = THREADS.getCurrentThreadAllocatedBytes();
        Decoded cut = decode(input, longest, hash);
        long used = THREADS.getCurrentThreadAllocatedBytes() - before;
        if (!whole.equals(cut)
                && !SURROGATE
                        .matcher(new String(input, StandardCharsets.ISO_8859_1))
                        .find()) {
            throw new AssertionError("in one piece: %s; cut: %s".formatted(whole, cut));
        }
        // In doubt it is measured again, since classes that are loaded take memory too.
        if (!bounded(used, input) && !bounded(allocated(input), input)) {
            throw new AssertionError("%d bytes of input took %d bytes of memory".formatted(input.length, used));
        }
    }

    private static boolean bounded(long used, byte[] input) {
        return used < BASE_ALLOCATION + ALLOCATION_PER_BYTE * input.length;
    }

    private static long allocated(byte[] input) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        decode(input, 1, 0);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static Decoded decode(byte[] input, int longest, int seed) {
        List<ObjectNode> messages = new ArrayList<>();
        SplittableRandom cuts = new SplittableRandom(seed);
        try (QmpDecoder decoder = new QmpDecoder(MAX_BYTES, MAX_NESTING)) {
            for (int from = 0; from < input.length; ) {
                int length = Math.min(input.length - from, seed == 0 ? longest : cuts.nextInt(1, longest + 1));
                decoder.feed(Arrays.copyOfRange(input, from, from + length), length, json -> {
                    messages.add(json);
                    QmpMessage.of(json);
                });
                from += length;
            }
            return new Decoded(messages, false);
        } catch (QmpProtocolException refused) {
            return new Decoded(messages, true);
        }
    }
}
