package io.github.qmp4j.transport;

import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.codec.QmpDecoder;
import io.netty.channel.embedded.EmbeddedChannel;

/** A wire without a socket, whose clock stands still until it is moved. */
public final class EmbeddedWire {
    private EmbeddedWire() {}

    /** The listener hears of the opening before this returns. */
    public static EmbeddedChannel open(QmpOptions options, WireListener listener) {
        EmbeddedChannel channel = EmbeddedChannel.builder()
                .handlers(new WireHandler(new QmpDecoder(options.maxMessageBytes(), options.maxNesting()), listener))
                .build();
        channel.freezeTime();
        return channel;
    }
}
