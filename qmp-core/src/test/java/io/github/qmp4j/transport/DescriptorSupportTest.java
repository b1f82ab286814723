package io.github.qmp4j.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a user reads where descriptors cannot be passed. */
class DescriptorSupportTest {

    @Test
    void linuxOnBothArchitecturesIsFine() {
        assertThat(DescriptorSupport.obstacle("Linux", "amd64", () -> {})).isNull();
        assertThat(DescriptorSupport.obstacle("Linux", "aarch64", () -> {})).isNull();
        assertThat(DescriptorSupport.obstacle()).isNull();
    }

    @Test
    void anotherPlatformIsNamedAndJnaIsLeftAlone() {
        Runnable load = () -> {
            throw new AssertionError("loaded");
        };
        assertThat(DescriptorSupport.obstacle("Mac OS X", "aarch64", load)).contains("this is Mac OS X on aarch64");
        assertThat(DescriptorSupport.obstacle("Linux", "arm", load)).contains("this is Linux on arm");
    }

    @Test
    void anAbsentJnaIsNamedWithItsCoordinates() {
        assertThat(DescriptorSupport.obstacle("Linux", "amd64", () -> {
                    throw new NoClassDefFoundError("com/sun/jna/Native");
                }))
                .contains("net.java.dev.jna:jna");
    }

    @Test
    void aJnaThatCannotLoadItsLibrarySaysWhy() {
        assertThat(DescriptorSupport.obstacle("Linux", "amd64", () -> {
                    throw new UnsatisfiedLinkError("noexec");
                }))
                .endsWith("native library: noexec");
    }
}
