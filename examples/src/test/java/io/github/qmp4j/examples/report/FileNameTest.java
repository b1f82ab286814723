package io.github.qmp4j.examples.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FileNameTest {

    @Test
    void the_path_is_taken_out_of_what_QEMU_puts_around_it() {
        String json = "json:{\"driver\": \"qcow2\", \"file\": {\"driver\": \"file\", \"filename\": \"/vm/a.qcow2\"}}";
        assertThat(FileName.of(json)).isEqualTo("/vm/a.qcow2");
    }

    @Test
    void everything_else_stays_as_it_is() {
        assertThat(FileName.of("/vm/a.qcow2")).isEqualTo("/vm/a.qcow2");
        assertThat(FileName.of("json:{\"driver\": \"qco")).isEqualTo("json:{\"driver\": \"qco");
    }
}
