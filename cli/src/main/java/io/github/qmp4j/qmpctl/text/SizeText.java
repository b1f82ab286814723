package io.github.qmp4j.qmpctl.text;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads numbers of bytes as people write them: K, M, G, T, P and KiB … are powers of 1024, KB … powers of 1000. */
public final class SizeText {
    private static final Pattern SHAPE = Pattern.compile("([+-]?)(\\d+(?:\\.\\d+)?)\\s*(?:([KMGTP])(I?B)?|B)?");
    private static final String PREFIXES = "KMGTP";
    private static final int BINARY = 1024;
    private static final int DECIMAL = 1000;

    private SizeText() {}

    /** The bytes; throws {@link IllegalArgumentException} if the text is not a number of bytes, negative, or too large for {@code long}. */
    public static long parse(String text) {
        Matcher matcher = SHAPE.matcher(text.strip().toUpperCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'%s' is not a number of bytes; write for example 1048576, 512K, 64M, 1GiB or 100MB"
                            .formatted(text));
        }
        if (matcher.group(1).equals("-")) {
            throw new IllegalArgumentException("'%s' is negative; it must be 0 or more".formatted(text));
        }
        BigDecimal bytes = new BigDecimal(matcher.group(2)).multiply(new BigDecimal(factor(matcher)));
        BigInteger whole = bytes.toBigInteger();
        if (whole.bitLength() >= Long.SIZE) {
            throw new IllegalArgumentException(
                    "'%s' is too much; the most is %d bytes".formatted(text, Long.MAX_VALUE));
        }
        return whole.longValueExact();
    }

    /** The same, with an optional {@code /s} at the end. */
    public static long parseRate(String text) {
        String stripped = text.strip();
        return parse(stripped.endsWith("/s") ? stripped.substring(0, stripped.length() - 2) : stripped);
    }

    private static BigInteger factor(Matcher matcher) {
        String prefix = matcher.group(3);
        if (prefix == null) {
            return BigInteger.ONE;
        }
        int unit = "B".equals(matcher.group(4)) ? DECIMAL : BINARY;
        return BigInteger.valueOf(unit).pow(PREFIXES.indexOf(prefix) + 1);
    }
}
