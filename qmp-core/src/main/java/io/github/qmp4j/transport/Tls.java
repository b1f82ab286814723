package io.github.qmp4j.transport;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.TlsOptions;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.spec.InvalidKeySpecException;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/** TLS for the connections to, or at, one address, with the present contents of its files. */
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

    /** By the kind of key; the kinds that are not here sign under their own name. */
    private static final Map<String, String> SIGNATURES =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "DSA", "SHA256withDSA");

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
        PrivateKey key = key(options.key().get(), options.certificate().get(), algorithm);
        requirePair(key, chain[0].getPublicKey(), options);
        // The store lives in this process's memory only, beside the key itself.
        char[] password = {'q'};
        KeyStore store = emptyStore();
        store.setKeyEntry("own", key, password, chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, password);
        return factory.getKeyManagers();
    }

    private static PrivateKey key(Path file, Path certificate, String algorithm)
            throws IOException, GeneralSecurityException {
        try {
            return PemFile.read(file).key(algorithm);
        } catch (InvalidKeySpecException e) {
            throw new IOException(
                    "the key in %s is none of the kind %s, which the certificate in %s is for; use the key that the certificate was made with"
                            .formatted(file, algorithm, certificate),
                    e);
        }
    }

    /** Without this the peer would see a wrong signature, and say only that the handshake failed. */
    private static void requirePair(PrivateKey key, PublicKey certified, TlsOptions options)
            throws IOException, GeneralSecurityException {
        byte[] text = {1};
        Signature signature = Signature.getInstance(SIGNATURES.getOrDefault(key.getAlgorithm(), key.getAlgorithm()));
        signature.initSign(key);
        signature.update(text);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update(text);
        if (!verifies(signature, signed)) {
            throw new IOException(
                    "the key in %s does not belong to the certificate in %s; use the key that the certificate was made with"
                            .formatted(
                                    options.key().get(), options.certificate().get()));
        }
    }

    private static boolean verifies(Signature signature, byte[] signed) {
        try {
            return signature.verify(signed);
        } catch (SignatureException wrongLength) {
            return false;
        }
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
