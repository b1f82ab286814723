package io.github.qmp4j.qmpctl.doctor;

import io.github.qmp4j.schema.QmpSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which features that matter to block jobs a QEMU has. */
final class QemuFeatures {
    private static final Map<String, String> PATHS = paths();

    private QemuFeatures() {}

    private static Map<String, String> paths() {
        Map<String, String> paths = new LinkedHashMap<>();
        paths.put("pull down to a bottom node", "block-stream/arg/bottom");
        paths.put("plain backing names", "block-commit/arg/backing-mask-protocol");
        paths.put("copy with synchronous writes", "drive-mirror/arg/copy-mode");
        paths.put("a copy that changes its mode while it runs", "block-job-change");
        paths.put("a target that is known to be zero", "blockdev-mirror/arg/target-is-zero");
        paths.put("reopen", "blockdev-reopen");
        paths.put("dirty bitmaps that merge", "block-dirty-bitmap-merge");
        paths.put("NBD exports", "block-export-add");
        return paths;
    }

    static Finding of(QmpSchema schema) {
        List<String> has = new ArrayList<>();
        List<String> lacks = new ArrayList<>();
        PATHS.forEach((name, path) -> (schema.has(path) ? has : lacks).add(name));
        String text = "%d commands, %d events; can: %s"
                .formatted(
                        schema.commands().size(),
                        schema.events().size(),
                        has.isEmpty() ? "nothing" : String.join(", ", has));
        return Finding.ok("features", lacks.isEmpty() ? text : text + "; cannot: " + String.join(", ", lacks));
    }
}
