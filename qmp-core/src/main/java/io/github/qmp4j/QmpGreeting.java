package io.github.qmp4j;

import java.util.List;

/**
 * The first message of QEMU on a new connection.
 *
 * @param version the version of QEMU; ask the schema, not the version, what this QEMU can do
 * @param packageText the package that QEMU was built as, for example a distribution's; empty for a plain build
 * @param capabilities the capabilities that can be enabled, as QEMU names them; {@code oob} on every supported version
 */
public record QmpGreeting(Version version, String packageText, List<String> capabilities) {

    public QmpGreeting {
        capabilities = List.copyOf(capabilities);
    }

    /** A version of QEMU. */
    public record Version(int major, int minor, int micro) implements Comparable<Version> {

        @Override
        public int compareTo(Version other) {
            int byMajor = Integer.compare(major, other.major);
            int byMinor = Integer.compare(minor, other.minor);
            return byMajor != 0 ? byMajor : byMinor != 0 ? byMinor : Integer.compare(micro, other.micro);
        }

        @Override
        public String toString() {
            return major + "." + minor + "." + micro;
        }
    }
}
