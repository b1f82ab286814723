package io.github.qmp4j.codec;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What counts as a secret: by the name of a member, and by its look inside a text. */
final class SecretText {
    private static final String STARS = Redactor.STARS;
    private static final Set<String> NAMES = Set.of(
            "password", "passwd", "passphrase", "secret", "psk", "cookie", "private-key", "privkey", "new-password");
    private static final List<String> ENDINGS = List.of("-password", "-passwd", "-passphrase");

    /** The user's password in a URL; it may hold an @ that should have been encoded. */
    private static final Pattern URL = Pattern.compile("(://[^/@:\\s]*+:)[^/\\s]*@");

    private static final Pattern RBD = Pattern.compile("(:key=)[^:\\s]++");

    /** A member, with its value, of options that stand inside a text. Backslashes are for the JSON of a JSON text. */
    private static final Pattern MEMBER = Pattern.compile(
            "(\"(?:[\\w.-]*[.-])?(?:password|passwd|passphrase|secret|psk|cookie|private-key)\\\\*+\"\\s*+:\\s*+\\\\*+\")"
                    + "(?:[^\"\\\\]++|\\\\.)*+");

    private static final Pattern MONITOR = Pattern.compile("passw|passphrase|secret|\\bdata\\b|sendkey");

    private SecretText() {}

    static boolean isName(String member) {
        String name = member.toLowerCase(Locale.ROOT).replace('_', '-');
        // In flat options a name is a path: "file.password".
        String last = name.substring(name.lastIndexOf('.') + 1);
        return NAMES.contains(last) || ENDINGS.stream().anyMatch(last::endsWith);
    }

    /** Whether a QOM property of this name may hold a secret; {@code data} is the value of a secret object. */
    static boolean isProperty(JsonNode name) {
        return name.isTextual() && (name.textValue().equals("data") || isName(name.textValue()));
    }

    /** The command that this object asks for; empty if it is no command. */
    static String verb(JsonNode message) {
        JsonNode verb = message.has("execute") ? message.path("execute") : message.path("exec-oob");
        return verb.isTextual() ? verb.textValue() : "";
    }

    /** QEMU 5.2 still has {@code change vnc password}. */
    static boolean isPasswordChange(JsonNode message) {
        return verb(message).equals("change")
                && isName(message.path("arguments").path("target").asText());
    }

    /** The text without what looks like a secret in it. */
    static String scrub(String text) {
        if (text.contains("PRIVATE KEY-----")) {
            return STARS;
        }
        String clean = text;
        if (clean.contains("://")) {
            clean = URL.matcher(clean).replaceAll("$1***@");
        }
        if (clean.contains(":key=")) {
            clean = RBD.matcher(clean).replaceAll("$1***");
        }
        return clean.contains("\":") || clean.contains("\" :")
                ? MEMBER.matcher(clean).replaceAll("$1***")
                : clean;
    }

    /** A line for the human monitor, whose commands have no members to tell the secret from the rest. */
    static String scrubMonitorLine(String line) {
        if (!MONITOR.matcher(line.toLowerCase(Locale.ROOT)).find()) {
            return scrub(line);
        }
        int end = line.strip().indexOf(' ');
        return end < 0 ? line : line.strip().substring(0, end) + " " + STARS;
    }
}
