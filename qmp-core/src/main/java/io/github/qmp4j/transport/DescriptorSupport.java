package io.github.qmp4j.transport;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether this platform can pass descriptors at all, and else why not. */
public final class DescriptorSupport {
    /** Those whose C structures {@link ScmRights} lays out. */
    private static final Set<String> ARCHITECTURES = Set.of("amd64", "aarch64");

    /** A lambda and no method reference, which could look for JNA before its absence can be caught. */
    private static final @Nullable String OBSTACLE =
            obstacle(System.getProperty("os.name"), System.getProperty("os.arch"), () -> Libc.load());

    private DescriptorSupport() {}

    /** What stands in the way, as the end of a sentence; null if nothing does. */
    public static @Nullable String obstacle() {
        return OBSTACLE;
    }

    static @Nullable String obstacle(String system, String architecture, Runnable load) {
        if (!system.equals("Linux") || !ARCHITECTURES.contains(architecture)) {
            return "file descriptors can be passed on Linux on amd64 and aarch64 only, and this is %s on %s"
                    .formatted(system, architecture);
        }
        try {
            load.run();
            return null;
        } catch (NoClassDefFoundError e) {
            return "passing a file descriptor needs JNA (net.java.dev.jna:jna), which is missing";
        } catch (LinkageError e) {
            return "passing a file descriptor needs JNA, which cannot load its native library: " + e.getMessage();
        }
    }
}
