package io.github.qmp4j.transport;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The blocks of a PEM file. What stands between them is passed over: GnuTLS's certtool writes notes there. */
record PemFile(Path path, List<Block> blocks) {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String PKCS8_KEY = "PRIVATE KEY";
    private static final String RSA_KEY = "RSA PRIVATE KEY";

    /** The start of a PKCS#8 key: version 0, and {@code rsaEncryption} without parameters (RFC 8017, A.1). */
    private static final byte[] RSA_ALGORITHM = {
        2, 1, 0, 0x30, 13, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 13, 1, 1, 1, 5, 0
    };

    record Block(String label, String base64) {

        byte[] der() throws IOException {
            try {
                return Base64.getMimeDecoder().decode(base64);
            } catch (IllegalArgumentException e) {
                throw new IOException("a %s in PEM form is damaged: %s".formatted(label, e.getMessage()), e);
            }
        }
    }

    static PemFile read(Path path) throws IOException {
        Matcher matcher = BLOCK.matcher(Files.readString(path, StandardCharsets.ISO_8859_1));
        List<Block> blocks = new ArrayList<>();
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
        return new PemFile(path, blocks);
    }

    /** All certificates, in their order; at least one. */
    Certificate[] certificates() throws IOException, GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<Certificate> certificates = new ArrayList<>();
        for (Block block : blocks) {
            if (block.label().equals(CERTIFICATE)) {
                certificates.add(factory.generateCertificate(new ByteArrayInputStream(block.der())));
            }
        }
        if (certificates.isEmpty()) {
            throw new IOException("%s holds no certificate in PEM form".formatted(path));
        }
        return certificates.toArray(new Certificate[0]);
    }

    /** The private key, for an algorithm as the certificate's public key names it. */
    PrivateKey key(String algorithm) throws IOException, GeneralSecurityException {
        Optional<Block> key =
                blocks.stream().filter(b -> b.label().endsWith(PKCS8_KEY)).findFirst();
        byte[] der =
                switch (key.map(Block::label).orElse("")) {
                    case PKCS8_KEY -> key.get().der();
                    case RSA_KEY -> pkcs8(key.get().der());
                    case "" -> throw new IOException("%s holds no private key in PEM form".formatted(path));
                    default ->
                        throw new IOException(
                                "%s holds a key of the form '%s'; turn it into PKCS#8 with 'openssl pkcs8 -topk8 -nocrypt'"
                                        .formatted(path, key.get().label()));
                };
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    private static byte[] pkcs8(byte[] rsaKey) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(RSA_ALGORITHM);
        body.writeBytes(element(4, rsaKey));
        return element(0x30, body.toByteArray());
    }

    /** A DER element whose length takes two bytes more than the short form has. */
    private static byte[] element(int tag, byte[] content) {
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        element.writeBytes(new byte[] {(byte) tag, (byte) 0x82, (byte) (content.length >> 8), (byte) content.length});
        element.writeBytes(content);
        return element.toByteArray();
    }
}
