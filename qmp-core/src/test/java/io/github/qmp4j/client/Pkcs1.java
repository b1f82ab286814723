package io.github.qmp4j.client;

import java.util.Arrays;
import java.util.Base64;

/** Turns an RSA key into the form that GnuTLS's certtool writes. */
final class Pkcs1 {
    /** A 2048-bit key in PKCS#8: the outer header, the version, the algorithm, and the header of the inner key. */
    private static final int HEADER_BYTES = 26;

    private Pkcs1() {}

    static String of(String pkcs8) {
        String base64 = pkcs8.replaceAll("-----[^-]+-----", "");
        byte[] der = Base64.getMimeDecoder().decode(base64);
        byte[] inner = Arrays.copyOfRange(der, HEADER_BYTES, der.length);
        return "-----BEGIN RSA PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(inner)
                + "\n-----END RSA PRIVATE KEY-----\n";
    }
}
