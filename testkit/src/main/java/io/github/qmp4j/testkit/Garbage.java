package io.github.qmp4j.testkit;

import java.util.Random;

/** Bytes that are no QMP, however they are read. */
final class Garbage {
    /** Never part of UTF-8, so that no decoder can take what follows for the inside of a message. */
    private static final byte NO_TEXT = (byte) 0xff;

    private Garbage() {}

    static byte[] of(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        bytes[0] = NO_TEXT;
        return bytes;
    }
}
