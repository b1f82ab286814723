package io.github.qmp4j.qmpctl.output;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/** Standard output and error in the character set of the system; before JDK 19 {@code System.out} uses another one on a pipe. */
public final class StandardStreams {
    private StandardStreams() {}

    public static PrintStream out() {
        return stream(FileDescriptor.out);
    }

    public static PrintStream err() {
        return stream(FileDescriptor.err);
    }

    /** The character set of the system. */
    public static Charset charset() {
        return Charset.forName(
                System.getProperty("native.encoding", Charset.defaultCharset().name()));
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, charset());
    }
}
