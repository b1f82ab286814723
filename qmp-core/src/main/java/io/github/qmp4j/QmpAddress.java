package io.github.qmp4j;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Where a monitor listens, in QEMU's own notation: {@code unix:PATH} or {@code tcp:HOST:PORT}. */
public sealed interface QmpAddress {

    /**
     * Reads {@code unix:PATH} or {@code tcp:HOST:PORT}; an IPv6 host stands in brackets.
     *
     * @throws IllegalArgumentException if the text is neither
     */
    static QmpAddress parse(String spec) {
        if (spec.startsWith("unix:")) {
            try {
                return new Unix(Path.of(spec.substring("unix:".length())));
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException("'%s' holds no usable path: %s".formatted(spec, e.getMessage()), e);
            }
        }
        int colon = spec.lastIndexOf(':');
        if (spec.startsWith("tcp:") && colon > "tcp:".length()) {
            return new Tcp(unbracketed(spec.substring("tcp:".length(), colon)), port(spec, spec.substring(colon + 1)));
        }
        throw new IllegalArgumentException(
                "'%s' is no monitor address; give unix:PATH or tcp:HOST:PORT".formatted(spec));
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static int port(String spec, String digits) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'%s' ends in no port number: '%s'".formatted(spec, digits), e);
        }
    }

    /**
     * A UNIX stream socket in the file system of this process.
     *
     * @param path at most 107 bytes, which is what the kernel's socket address holds
     */
    record Unix(Path path) implements QmpAddress {
        private static final int LONGEST_BYTES = 107;

        public Unix {
            String text = path.toString();
            if (text.isEmpty()) {
                throw new IllegalArgumentException("the path of a monitor's UNIX socket is empty");
            }
            int bytes = text.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > LONGEST_BYTES) {
                throw new IllegalArgumentException("the socket path '%s' has %d bytes; a UNIX socket address holds %d"
                        .formatted(text, bytes, LONGEST_BYTES));
            }
        }

        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    /**
     * A TCP port. A monitor gives each program that connects the rights of the QEMU process: without TLS use it on loopback only.
     *
     * @param port 1 to 65535
     * @param tls how both sides prove who they are; empty for a plain connection
     */
    record Tcp(String host, int port, Optional<TlsOptions> tls) implements QmpAddress {
        private static final int HIGHEST_PORT = 65_535;

        public Tcp {
            if (host.isBlank()) {
                throw new IllegalArgumentException("the host of a monitor's TCP address is empty");
            }
            if (port < 1 || port > HIGHEST_PORT) {
                throw new IllegalArgumentException(
                        "the port of tcp:%s:%d is not between 1 and %d".formatted(host, port, HIGHEST_PORT));
            }
        }

        /** A plain connection. */
        public Tcp(String host, int port) {
            this(host, port, Optional.empty());
        }

        /** The same port with TLS. */
        public Tcp with(TlsOptions options) {
            return new Tcp(host, port, Optional.of(options));
        }

        /** QEMU's notation, which has no word for TLS. */
        @Override
        public String toString() {
            return host.contains(":") ? "tcp:[" + host + "]:" + port : "tcp:" + host + ":" + port;
        }
    }
}
