package io.github.qmp4j.blockjobs.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.blockjobs.BackingName;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockNode;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The name of a base in the header of its overlay. */
class BackingStringTest {
    private static BlockNode file(String file) {
        return new BlockNode(Optional.empty(), file, "qcow2", 8, OptionalLong.empty(), false, Optional.empty());
    }

    private static String text(String overlay, String base) {
        return BackingString.of(file(overlay), file(base), BackingName.AS_OPENED);
    }

    @ParameterizedTest
    @CsvSource({
        "/a/o.qcow2, /b/base.qcow2, /b/base.qcow2",
        "o.qcow2, base.qcow2, base.qcow2",
        "o.qcow2, /b/base.qcow2, /b/base.qcow2",
        "x/o.qcow2, x/base.qcow2, base.qcow2",
        "x/o.qcow2, base.qcow2, ../base.qcow2",
        "o.qcow2, x/base.qcow2, x/base.qcow2",
        "x/o.qcow2, x/a:b.qcow2, ./a:b.qcow2",
        "/a/o.qcow2, nbd://host/export, nbd://host/export"
    })
    void namesTheBaseAsTheOverlayWillReadIt(String overlay, String base, String text) {
        assertThat(text(overlay, base)).isEqualTo(text);
    }

    /** They hand on each byte as it is, so the header need not name them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"driver\":\"throttle\",\"throttle-group\":\"slow\",\"file\":%s}",
                "{\"driver\":\"blklogwrites\",\"file\":%s,\"log\":{\"driver\":\"file\",\"filename\":\"/l/log\"}}",
                "{\"driver\":\"throttle\",\"throttle-group\":\"slow\",\"file\":{\"driver\":\"blklogwrites\",\"file\":%s}}"
            })
    void namesTheFileBelowTransparentFilters(String filter) {
        String file = filter.formatted("{\"driver\":\"file\",\"filename\":\"/b/base.qcow2\"}");
        assertThat(text("/a/o.qcow2", "json:{\"driver\":\"qcow2\",\"file\":%s}".formatted(file)))
                .isEqualTo("/b/base.qcow2");
        String part = filter.formatted("{\"driver\":\"raw\",\"offset\":512,\"file\":%s}".formatted(file));
        String whole = "json:{\"driver\":\"qcow2\",\"file\":%s}".formatted(part);
        if (filter.contains("throttle")) {
            // At the next start there may be no such group.
            assertThatThrownBy(() -> text("/a/o.qcow2", whole)).hasMessageContaining("no plain file name");
        } else {
            assertThat(text("/a/o.qcow2", whole)).isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/a/o.qcow2, base.qcow2, was opened by the relative name",
        "o.qcow2, a:b.qcow2, no plain file name",
        "o.qcow2, json:{}, no plain file name",
        "o.qcow2, '', no plain file name",
    })
    void refusesANameThatWouldBeReadAsSomethingElse(String overlay, String base, String sentence) {
        assertThatThrownBy(() -> text(overlay, base))
                .isInstanceOf(BlockChainException.class)
                .hasMessageContaining(sentence);
    }

    @ParameterizedTest
    @CsvSource({
        "RELATIVE, /a/o.qcow2, /a/base.qcow2, base.qcow2",
        "RELATIVE, /a/o.qcow2, /a/b/base.qcow2, b/base.qcow2",
        "RELATIVE, o.qcow2, x/base.qcow2, x/base.qcow2",
        "RELATIVE, /a/o.qcow2, /a/b:c.qcow2, ./b:c.qcow2",
        "ABSOLUTE, o.qcow2, /b/base.qcow2, /b/base.qcow2",
        "ABSOLUTE, o.qcow2, nbd://host/export, nbd://host/export"
    })
    void namesTheBaseAsAskedFor(BackingName name, String overlay, String base, String text) {
        assertThat(BackingString.of(file(overlay), file(base), name)).isEqualTo(text);
    }

    /** A way upwards leads elsewhere behind a link, and QEMU's own folder is not known. */
    @ParameterizedTest
    @CsvSource({
        "RELATIVE, /a/o.qcow2, /b/base.qcow2, does not lie in the folder",
        "RELATIVE, /a/b/o.qcow2, /a/base.qcow2, does not lie in the folder",
        "RELATIVE, /a/o.qcow2, base.qcow2, does not lie in the folder",
        "RELATIVE, o.qcow2, ../base.qcow2, does not lie in the folder",
        "RELATIVE, /a/o.qcow2, nbd://host/export, does not lie in the folder",
        "ABSOLUTE, /a/o.qcow2, base.qcow2, is no absolute name",
    })
    void refusesANameThatCannotBeWrittenAsAskedFor(BackingName name, String overlay, String base, String sentence) {
        assertThatThrownBy(() -> BackingString.of(file(overlay), file(base), name))
                .isInstanceOf(BlockChainException.class)
                .hasMessageContaining(sentence);
    }

    /** Bytes of UTF-8, not characters. */
    @Test
    void countsBytes() {
        assertThat(text("/o", "/" + "x".repeat(1022))).hasSize(1023);
        assertThat(text("/o", "/" + "é".repeat(511))).hasSize(512);
        assertThatThrownBy(() -> text("/o", "/" + "x".repeat(1023))).hasMessageContaining("has 1024 bytes");
        assertThatThrownBy(() -> text("/o", "/x" + "é".repeat(511))).hasMessageContaining("has 1024 bytes");
    }

    @Test
    void refusesControlCharacters() {
        assertThatThrownBy(() -> text("/o", "/a\nb")).hasMessageContaining("control character");
    }
}
