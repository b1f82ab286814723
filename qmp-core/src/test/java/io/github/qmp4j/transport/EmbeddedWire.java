package io.github.qmp4j.transport;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.codec.QmpDecoder;
import io.netty.channel.embedded.EmbeddedChannel;

/** A wire without a socket, whose clock stands still until it is moved. */
public final class EmbeddedWire {
    private static final QmpAddress NOWHERE = QmpAddress.parse("unix:embedded");

    private EmbeddedWire() {}

    /** The listener hears of the opening before this returns. */
    public static EmbeddedChannel open(QmpOptions options, WireListener listener) {
        EmbeddedChannel channel = EmbeddedChannel.builder()
                .handlers(new WireHandler(
                        new QmpDecoder(options.maxMessageBytes(), options.maxNesting()),
                        listener,
                        new WireTap(NOWHERE, options)))
                .build();
        channel.freezeTime();
        return channel;
    }
}
