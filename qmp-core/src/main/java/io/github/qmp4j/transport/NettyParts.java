package io.github.qmp4j.transport;

import io.netty.util.Version;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Which Netty is on the class path, for programs whose build has chosen one that is too old. */
public final class NettyParts {
    private static final String NEEDED = "4.2";

    private NettyParts() {}

    /** Explains a missing or different class of Netty: which version is needed, which one is present, and what to do. */
    public static NoClassDefFoundError unusable(LinkageError error) {
        NoClassDefFoundError explained = new NoClassDefFoundError(
                "qmp4j needs Netty %s or newer, and finds %s (%s); set the version of io.netty:netty-bom in your build, in Maven under Spring Boot with <netty.version>"
                        .formatted(NEEDED, found(), error));
        explained.initCause(error);
        return explained;
    }

    private static String found() {
        try {
            List<String> versions = Version.identify(NettyParts.class.getClassLoader()).values().stream()
                    .map(Version::artifactVersion)
                    .collect(Collectors.toCollection(TreeSet::new))
                    .stream()
                    .toList();
            return versions.isEmpty()
                    ? "one that does not tell its version"
                    : "Netty " + String.join(" and ", versions);
        } catch (LinkageError none) {
            return "none";
        }
    }
}
