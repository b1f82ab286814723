package io.github.qmp4j.transport;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.TlsOptions;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/** TLS for the connections to, or at, one address, with what its files hold now. */
final class Tls {
    /**
     * QEMU reads a monitor's input byte by byte, and 7.2 at least then waits for the socket, not for what its TLS has
     * decoded already: of each record it sees the first byte only, and the rest when the next record comes.
     */
    private static final int RECORD_BYTES = 1;

    /**
     * In TLS 1.3 newer JDKs ask for no rsa_pkcs1 signature in the handshake, and GnuTLS 3.7, which QEMU 7.2 has, takes
     * that for the certificates too: a QEMU whose certificate an RSA CA has signed then shows none.
     */
    private static final String[] ACCEPTED_PROTOCOLS = {"TLSv1.2"};

    private final QmpAddress.Tcp address;
    private final TlsOptions options;
    private final SSLContext context;

    private Tls(QmpAddress.Tcp address, TlsOptions options, SSLContext context) {
        this.address = address;
        this.options = options;
        this.context = context;
    }

    /** Reads the files. */
    static Tls of(QmpAddress.Tcp address, TlsOptions options) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(options), trust(options).getTrustManagers(), null);
            return new Tls(address, options, context);
        } catch (GeneralSecurityException e) {
            throw new IOException("the TLS files %s cannot be used: %s".formatted(options, e.getMessage()), e);
        }
    }

    private static TrustManagerFactory trust(TlsOptions options) throws IOException, GeneralSecurityException {
        KeyStore store = emptyStore();
        int number = 0;
        for (Certificate certificate : PemFile.read(options.ca()).certificates()) {
            store.setCertificateEntry("ca-" + number++, certificate);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        return factory;
    }

    private static KeyManager[] keys(TlsOptions options) throws IOException, GeneralSecurityException {
        if (options.certificate().isEmpty() || options.key().isEmpty()) {
            return new KeyManager[0];
        }
        Certificate[] chain = PemFile.read(options.certificate().get()).certificates();
        String algorithm = chain[0].getPublicKey().getAlgorithm();
        // The store lives in this process's memory only, beside the key itself.
        char[] password = {'q'};
        KeyStore store = emptyStore();
        store.setKeyEntry("own", PemFile.read(options.key().get()).key(algorithm), password, chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, password);
        return factory.getKeyManagers();
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    /** This side connects; the host of the address is what the certificate must name. */
    void connect(ChannelPipeline pipeline) {
        SSLEngine engine = context.createSSLEngine(address.host(), address.port());
        engine.setUseClientMode(true);
        if (options.verifyHost()) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            engine.setSSLParameters(parameters);
        }
        add(pipeline, engine);
    }

    /** The peer connects; it must have a certificate. */
    void accept(ChannelPipeline pipeline) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(true);
        engine.setEnabledProtocols(ACCEPTED_PROTOCOLS);
        add(pipeline, engine);
    }

    private static void add(ChannelPipeline pipeline, SSLEngine engine) {
        SslHandler handler = new SslHandler(engine);
        // The time for the greeting counts from the connection on, so it bounds this too.
        handler.setHandshakeTimeoutMillis(0);
        handler.setWrapDataSize(RECORD_BYTES);
        pipeline.addLast(handler);
    }
}
