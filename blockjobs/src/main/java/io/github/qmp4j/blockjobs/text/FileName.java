package io.github.qmp4j.blockjobs.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.qmp4j.blockjobs.BlockNode;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The file name of an image as QEMU holds it: a path, a URL, or a {@code json:} text of options. QEMU makes the last for
 * every overlay whose header names its backing file in another way than the graph has it, for example relatively.
 */
public record FileName(String text) {
    private static final Pattern PROTOCOL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*", Pattern.DOTALL);
    private static final Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*", Pattern.DOTALL);
    private static final String JSON = "json:";
    private static final String ENCRYPTION = "luks";
    private static final Set<String> FILE_DRIVERS = Set.of("file", "host_device");
    /** All that a header says too; anything more, as the offset of a raw image, is lost in a name. */
    private static final Set<String> FORMAT_OPTIONS = Set.of("driver", "file", "backing");

    private static final Set<String> FILE_OPTIONS = Set.of("driver", "filename");

    /** Filters below a format that leave each byte of the file as it is, so that the file's name alone leads to the same data. */
    private static final Set<String> TRANSPARENT = Set.of("blklogwrites", "throttle");

    /** The options that name an object of QEMU. */
    private static final Set<String> OBJECTS = Set.of("throttle-group", "key-secret", "password-secret", "tls-creds");

    /** Drivers that play faults; no header is to lead to them. */
    private static final Set<String> FAULTS = Set.of("blkdebug", "blkverify", "blkreplay");

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** What QEMU would open as this image: a path or a URL; empty if it takes more than a name. */
    public Optional<String> plain() {
        if (text.startsWith(JSON)) {
            return inOptions();
        }
        boolean isName =
                !text.isEmpty() && (!isTakenApart() || URL.matcher(text).matches());
        return isName ? Optional.of(text) : Optional.empty();
    }

    /** Whether it is a {@code json:} text that means the same in any folder and needs no object of this QEMU. */
    public boolean isSelfContained() {
        if (!text.startsWith(JSON)) {
            return false;
        }
        try {
            JsonNode options = MAPPER.readTree(text.substring(JSON.length()));
            List<JsonNode> files = options.findValues("filename");
            return !files.isEmpty()
                    && files.stream().allMatch(file -> file.asText().startsWith("/"))
                    && options.findValues("driver").stream()
                            .map(JsonNode::asText)
                            .noneMatch(FAULTS::contains)
                    && OBJECTS.stream().allMatch(name -> options.findValue(name) == null);
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /** Whether QEMU would read the text as a protocol and what belongs to it. */
    public boolean isTakenApart() {
        return PROTOCOL.matcher(text).matches();
    }

    /**
     * Only a format above a file, with nothing but transparent filters between them, is that file. Options of the format may change
     * what is read.
     */
    private Optional<String> inOptions() {
        try {
            JsonNode options = MAPPER.readTree(text.substring(JSON.length()));
            JsonNode file = options.path("file");
            while (TRANSPARENT.contains(file.path("driver").asText())) {
                file = file.path("file");
            }
            boolean isNameOnly = FORMAT_OPTIONS.containsAll(names(options)) && FILE_OPTIONS.containsAll(names(file));
            return isNameOnly && FILE_DRIVERS.contains(file.path("driver").asText())
                    ? Optional.of(file.path("filename").asText()).filter(name -> !name.isEmpty())
                    : Optional.empty();
        } catch (JsonProcessingException e) {
            // QEMU cuts a long text off, and then it is no JSON any more.
            return Optional.empty();
        }
    }

    /** Whether the bytes of the image lie in one that is encrypted, below a format or a filter that is not. */
    public boolean isInsideEncrypted() {
        if (!text.startsWith(JSON)) {
            return false;
        }
        try {
            JsonNode part = MAPPER.readTree(text.substring(JSON.length()));
            while (part.isObject()) {
                if (part.path("driver").asText().equals(ENCRYPTION) || hasKey(part)) {
                    return true;
                }
                part = part.has("image") ? part.path("image") : part.path("file");
            }
            return false;
        } catch (JsonProcessingException e) {
            // What QEMU has cut off cannot be looked at.
            return false;
        }
    }

    private static boolean hasKey(JsonNode options) {
        return names(options).stream().anyMatch(name -> name.startsWith("encrypt"));
    }

    private static Set<String> names(JsonNode object) {
        Set<String> names = new HashSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Whether both may name one file: a relative name stands for any file whose path ends like it. */
    public boolean mayBeSameFile(FileName other) {
        String one = inside();
        String two = other.inside();
        boolean bothWhole = one.startsWith("/") && two.startsWith("/");
        return bothWhole ? one.equals(two) : one.contains(lastPart(two)) || two.contains(lastPart(one));
    }

    private String inside() {
        return plain().orElse(text);
    }

    private static String lastPart(String file) {
        return file.substring(file.lastIndexOf('/') + 1);
    }

    /** Whether the header of {@code overlay} names {@code base}, as far as names can tell. */
    public static boolean names(BlockNode overlay, BlockNode base) {
        Optional<String> header = overlay.backingFile();
        Optional<String> named = header.flatMap(text -> new FileName(text).plain());
        if (named.isEmpty() || base.path().isEmpty()) {
            return header.equals(Optional.of(base.file()));
        }
        return isWhole(named.get())
                ? named.equals(base.path())
                : overlay.path()
                        .map(path -> Path.of(path).resolveSibling(named.get()).normalize())
                        .equals(base.path().map(path -> Path.of(path).normalize()));
    }

    /** Whether it means the same file wherever it stands: an absolute path, or what QEMU takes apart. */
    public static boolean isWhole(String file) {
        return file.startsWith("/") || new FileName(file).isTakenApart();
    }
}
