package io.github.qmp4j.examples.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.qmp4j.blockjobs.BlockNode;

/** The file of an image for a person: QEMU's {@code json:} names hold it among the options that it was opened with. */
public final class FileName {
    private static final String PSEUDO_PROTOCOL = "json:";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private FileName() {}

    public static String of(BlockNode node) {
        return of(node.file());
    }

    static String of(String file) {
        if (!file.startsWith(PSEUDO_PROTOCOL)) {
            return file;
        }
        try {
            JsonNode options = MAPPER.readTree(file.substring(PSEUDO_PROTOCOL.length()));
            JsonNode inner = options.at("/file/filename");
            return inner.asText(options.path("filename").asText(file));
        } catch (JsonProcessingException e) {
            // QEMU cuts long names off, and then they are no JSON any more.
            return file;
        }
    }
}
