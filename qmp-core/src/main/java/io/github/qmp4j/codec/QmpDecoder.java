package io.github.qmp4j.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.QmpProtocolException;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns bytes into JSON objects, in one pass, however the bytes are cut: what has come is parsed at once, so that a long
 * message costs linear time and is never held twice. Belongs to one event loop.
 */
public final class QmpDecoder implements AutoCloseable {
    private final int maxBytes;
    private final int maxNesting;
    private final JsonParser parser;
    private final ByteArrayFeeder feeder;

    /** The message under way; null between messages. */
    private @Nullable TreeBuilder tree;

    private long start;

    /** How many bytes came with earlier calls, and with which of them the last whole message ended. */
    private long before;

    private long end;

    /** Whether the last byte so far, white space apart, is a comma or a colon, so that no brace may close what is open. */
    private boolean unfinished;

    public QmpDecoder(int maxBytes, int maxNesting) {
        this.maxBytes = maxBytes;
        this.maxNesting = maxNesting;
        JsonFactory factory = JsonFactory.builder()
                // A peer that invents member names must not fill the JVM's table of interned strings.
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(maxNesting)
                        // Our own limit on the whole message says it better than a second one on its parts.
                        .maxStringLength(Integer.MAX_VALUE)
                        .maxNameLength(Integer.MAX_VALUE)
                        .build())
                .build();
        try {
            parser = factory.createNonBlockingByteArrayParser();
        } catch (IOException e) {
            throw new IllegalStateException("a parser that reads no stream cannot fail to open", e);
        }
        feeder = (ByteArrayFeeder) parser.getNonBlockingInputFeeder();
    }

    /**
     * Takes the next bytes, and gives each object that they complete to {@code sink}.
     *
     * @throws QmpProtocolException if they are no JSON objects, or one that exceeds a limit; nothing can be fed then
     */
    public void feed(byte[] bytes, int length, Consumer<? super ObjectNode> sink) {
        if (tree == null) {
            requireObject(bytes, length);
        }
        try {
            feeder.feedInput(bytes, 0, length);
            JsonToken first = parser.nextToken();
            // Jackson takes {"a":1,} and {"a":} for objects where the bytes were cut before the last brace.
            if (unfinished && first == JsonToken.END_OBJECT) {
                throw new QmpProtocolException("the peer sent invalid QMP: an object that ends too early", null);
            }
            for (JsonToken token = first;
                    token != JsonToken.NOT_AVAILABLE && token != null;
                    token = parser.nextToken()) {
                take(token, sink);
            }
        } catch (IOException e) {
            throw new QmpProtocolException("the peer sent invalid QMP: " + JsonFaults.of(e, maxNesting), e);
        }
        if (tree == null) {
            requireWhitespace(bytes, (int) Math.max(0, end - before), length);
        }
        before += length;
        unfinished = endsUnfinished(bytes, length);
        checkSize();
    }

    /** Jackson would pass over a byte-order mark, and over two of them if they are cut in one way. */
    private static void requireObject(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] > ' ' || bytes[i] < 0) {
                requireWhitespace(bytes, i, bytes[i] == '{' ? i : length);
                return;
            }
        }
    }

    /** What Jackson holds back as half a word or half a byte-order mark cannot become a message any more. */
    private static void requireWhitespace(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] > ' ' || bytes[i] < 0) {
                throw noObject();
            }
        }
    }

    private static QmpProtocolException noObject() {
        return new QmpProtocolException("the peer sent invalid QMP: a JSON value that is no object", null);
    }

    private boolean endsUnfinished(byte[] bytes, int length) {
        for (int last = length - 1; last >= 0; last--) {
            if (bytes[last] > ' ' || bytes[last] < 0) {
                return bytes[last] == ',' || bytes[last] == ':';
            }
        }
        return unfinished;
    }

    private void take(JsonToken token, Consumer<? super ObjectNode> sink) throws IOException {
        if (tree == null) {
            if (token != JsonToken.START_OBJECT) {
                throw noObject();
            }
            start = parser.currentLocation().getByteOffset();
            tree = new TreeBuilder();
        }
        ObjectNode whole = tree.take(token, parser);
        if (whole != null) {
            checkSize();
            tree = null;
            end = parser.currentLocation().getByteOffset();
            sink.accept(whole);
        }
    }

    private void checkSize() {
        if (tree != null && parser.currentLocation().getByteOffset() - start >= maxBytes) {
            throw new QmpProtocolException(
                    "the peer sent a message of more than %d bytes, which is the limit".formatted(maxBytes), null);
        }
    }

    /** Gives the parser's buffers back. */
    @Override
    public void close() {
        try {
            parser.close();
        } catch (IOException e) {
            throw new IllegalStateException("a parser that reads no stream cannot fail to close", e);
        }
    }
}
