package io.github.qmp4j.qmpctl;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/** Standard output and error in the character set of the system, which {@code System.out} of a pipe is not before JDK 19. */
final class Streams {
    private Streams() {}

    static PrintStream out() {
        return stream(FileDescriptor.out);
    }

    static PrintStream err() {
        return stream(FileDescriptor.err);
    }

    /** The character set of the system. */
    static Charset charset() {
        return Charset.forName(
                System.getProperty("native.encoding", Charset.defaultCharset().name()));
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, charset());
    }
}
