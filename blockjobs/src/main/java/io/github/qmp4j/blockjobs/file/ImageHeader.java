package io.github.qmp4j.blockjobs.file;

import io.github.qmp4j.blockjobs.BlockChainException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the header of a qcow2 image makes QEMU open besides the image, and what it says of its snapshots.
 *
 * @param backingFile empty if it stands on none
 * @param backingFormat empty if QEMU would guess it
 * @param dataFile the file that holds the data in the image's stead; empty if it holds it itself
 * @param snapshots how many internal snapshots it holds
 */
record ImageHeader(
        Optional<String> backingFile, Optional<String> backingFormat, Optional<String> dataFile, long snapshots) {
    /** So much is enough for every header: it ends with the first cluster, of 2 MiB at most. */
    static final int LONGEST = 2 << 20;

    private static final int MAGIC = 0x514649fb;
    private static final int LENGTH_OF_V2 = 72;
    private static final int LEAST_LENGTH_OF_V3 = 104;
    private static final int LEAST_CLUSTER_BITS = 9;
    private static final int MOST_CLUSTER_BITS = 21;
    private static final int LONGEST_BACKING_NAME = 1023;
    private static final long EXTERNAL_DATA = 1 << 2;
    /** Those of which it is known that they make QEMU open nothing: dirty, corrupt, data file, compression, wide entries. */
    private static final long KNOWN_FEATURES = 0b11111;

    private static final int FORMAT_EXTENSION = 0xE2792ACA;
    private static final int DATA_FILE_EXTENSION = 0x44415441;
    private static final Set<Integer> WITH_A_NAME = Set.of(FORMAT_EXTENSION, DATA_FILE_EXTENSION);

    /**
     * Reads the beginning of an image.
     *
     * @throws BlockChainException with the end of a sentence about the image, if it is no qcow2 or has what is not understood
     */
    static ImageHeader read(byte[] tracking) {
        try {
            return read(ByteBuffer.wrap(tracking));
        } catch (IndexOutOfBoundsException | java.nio.BufferUnderflowException e) {
            throw new BlockChainException("ends within its header");
        }
    }

    private static ImageHeader read(ByteBuffer header) {
        if (header.getInt(0) != MAGIC) {
            throw new BlockChainException("is no qcow2 image");
        }
        int version = header.getInt(4);
        if (version != 2 && version != 3) {
            throw new BlockChainException("is of version %d of qcow2, which is not known".formatted(version));
        }
        int clusterBits = header.getInt(20);
        if (clusterBits < LEAST_CLUSTER_BITS || clusterBits > MOST_CLUSTER_BITS) {
            throw new BlockChainException("has clusters of 2^%d bytes".formatted(clusterBits));
        }
        int cluster = 1 << clusterBits;
        long features = version == 2 ? 0 : header.getLong(72);
        if ((features & ~KNOWN_FEATURES) != 0) {
            throw new BlockChainException("has features that are not known (0x%x)".formatted(features));
        }
        int length = version == 2 ? LENGTH_OF_V2 : header.getInt(100);
        if (length < (version == 2 ? LENGTH_OF_V2 : LEAST_LENGTH_OF_V3) || length > cluster) {
            throw new BlockChainException("has a header of %d bytes".formatted(length));
        }
        long nameAt = header.getLong(8);
        int nameLength = header.getInt(16);
        if (nameAt < 0 || nameAt > cluster || (nameAt != 0 && nameAt < length)) {
            throw new BlockChainException("has the name of its backing file outside of its header");
        }
        Map<Integer, String> names = extensions(header, length, nameAt == 0 ? cluster : (int) nameAt);
        Optional<String> dataFile = Optional.ofNullable(names.get(DATA_FILE_EXTENSION));
        if ((features & EXTERNAL_DATA) != 0 && dataFile.isEmpty()) {
            throw new BlockChainException("keeps its data in another file and does not name it");
        }
        return new ImageHeader(
                nameAt == 0 ? Optional.empty() : Optional.of(backing(header, (int) nameAt, nameLength, cluster)),
                Optional.ofNullable(names.get(FORMAT_EXTENSION)),
                dataFile,
                Integer.toUnsignedLong(header.getInt(60)));
    }

    private static String backing(ByteBuffer header, int at, int length, int cluster) {
        if (length < 1 || length > Math.min(LONGEST_BACKING_NAME, cluster - at)) {
            throw new BlockChainException("has a name of %d bytes for its backing file".formatted(length));
        }
        return text(header, at, length);
    }

    /** Those that name something; of two that do the same, no caller can guess which one QEMU takes. */
    private static Map<Integer, String> extensions(ByteBuffer header, int from, int to) {
        Map<Integer, String> names = new HashMap<>();
        int at = from;
        while (at + 8 <= to) {
            int type = header.getInt(at);
            int length = header.getInt(at + 4);
            if (type == 0) {
                return names;
            }
            if (length < 0 || length > to - at - 8) {
                throw new BlockChainException("has a header extension that does not end");
            }
            if (WITH_A_NAME.contains(type) && names.put(type, text(header, at + 8, length)) != null) {
                throw new BlockChainException("names two files where one can be");
            }
            at += 8 + (length + 7) / 8 * 8;
        }
        return names;
    }

    private static String text(ByteBuffer header, int at, int length) {
        byte[] bytes = new byte[length];
        header.get(at, bytes);
        String text = new String(bytes, StandardCharsets.UTF_8);
        boolean isWhole = text.indexOf('\0') < 0 && text.indexOf('\uFFFD') < 0;
        if (!isWhole) {
            throw new BlockChainException("has a name in its header that is no text");
        }
        return text;
    }
}
