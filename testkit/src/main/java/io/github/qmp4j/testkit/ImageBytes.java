package io.github.qmp4j.testkit;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The bytes of an image file that is being rebuilt. What is written behind its end makes it longer. Not thread-safe. */
final class ImageBytes {
    private byte[] bytes;
    private int length;

    ImageBytes(byte[] contents) {
        bytes = contents.clone();
        length = contents.length;
    }

    void write(long offset, ByteBuffer data) {
        int count = data.remaining();
        length = Math.max(length, Math.toIntExact(offset + count));
        if (length > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length, bytes.length + bytes.length / 2));
        }
        data.get(bytes, Math.toIntExact(offset), count);
    }

    /** Zeroes reads, and leaves the length as it is, as on a file system that can punch holes. */
    void discard(long offset, long count) {
        Arrays.fill(bytes, (int) Math.min(offset, length), (int) Math.min(offset + count, length), (byte) 0);
    }

    byte[] toArray() {
        return Arrays.copyOf(bytes, length);
    }
}
