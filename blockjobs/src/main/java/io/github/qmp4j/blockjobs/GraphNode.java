package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * One entry of {@code query-named-block-nodes}.
 *
 * @param backing what its backing node may be called: the file names that QEMU gives for it
 * @param children the node-names of its children, where QEMU tells them (from 11.1 on)
 * @param bitmaps its dirty bitmaps
 * @param entry what QEMU says of it and of the layers below it; missing where the latter were not asked for
 */
record GraphNode(
        String name,
        String file,
        String driver,
        boolean readOnly,
        Set<String> backing,
        Optional<Set<String>> children,
        List<DirtyBitmap> bitmaps,
        JsonNode entry) {
    private static final Set<String> JOB_FILTERS = Set.of("mirror_top", "commit_top");

    /** @param nested whether the images below it are in its entry */
    static GraphNode of(JsonNode json, boolean nested) {
        JsonNode image = json.path("image");
        return new GraphNode(
                json.path("node-name").asText(),
                json.path("file").asText(),
                json.path("drv").asText(),
                json.path("ro").asBoolean(),
                Stream.of(
                                json.path("backing_file"),
                                image.path("backing-filename"),
                                image.path("full-backing-filename"))
                        .filter(JsonNode::isTextual)
                        .map(JsonNode::asText)
                        .collect(Collectors.toSet()),
                json.has("children") ? Optional.of(children(json.get("children"))) : Optional.empty(),
                DirtyBitmap.of(json),
                nested || json.has("children") ? json : MissingNode.getInstance());
    }

    private static Set<String> children(JsonNode references) {
        return StreamSupport.stream(references.spliterator(), false)
                .map(child -> child.path("node-name").asText())
                .collect(Collectors.toSet());
    }

    /** The names of those of its dirty bitmaps that are stored in its image. */
    Set<String> persistentBitmaps() {
        return bitmaps.stream()
                .filter(DirtyBitmap::persistent)
                .map(DirtyBitmap::name)
                .collect(Collectors.toSet());
    }

    /** Whether a user may have given it its name; QEMU's own names begin with a #. */
    boolean isNamed() {
        return !name.startsWith("#");
    }

    /** The node-name of the image below it, or for a filter of what it stands on; empty where QEMU tells no edges. */
    Optional<String> below() {
        boolean filter = isJobFilter() || BlockNode.isFilter(driver);
        return GraphReader.stream(entry.path("children"))
                .filter(child -> child.path("child").asText().equals("backing")
                        || (filter && child.path("child").asText().equals("file")))
                .map(child -> child.path("node-name").asText())
                .findFirst();
    }

    /** Whether a job has put it above the node that it works on; a user can have a copy-on-read filter too, by name. */
    boolean isJobFilter() {
        return isMirrorFilter(driver) || (driver.equals("copy-on-read") && !isNamed());
    }

    /** Whether it is a driver that only jobs have. */
    static boolean isMirrorFilter(String driver) {
        return JOB_FILTERS.contains(driver);
    }

    /** Whether it may be a node of this image, or of the same file under another spelling. */
    boolean isOf(BlockNode image) {
        return mayBeOneFile(file, image.file()) && driver.equals(image.driver());
    }

    /** Whether both may be names of one file, be it by other texts. */
    static boolean mayBeOneFile(String one, String other) {
        return new FileName(one).mayBeSameFile(new FileName(other));
    }

    /** Whether it may use {@code image} as its backing node or file: certain where QEMU tells edges, else by name. */
    boolean mayUse(BlockNode image) {
        return mayUse(image.nodeName(), image.file());
    }

    /** The same for a node. */
    boolean mayUse(GraphNode node) {
        return mayUse(Optional.of(node.name), node.file);
    }

    private boolean mayUse(Optional<String> nodeName, String fileName) {
        if (children.isPresent()) {
            return nodeName.filter(children.get()::contains).isPresent();
        }
        return backing.stream().anyMatch(name -> mayBeOneFile(name, fileName))
                || (file.startsWith("json:") && file.contains(fileName));
    }
}
