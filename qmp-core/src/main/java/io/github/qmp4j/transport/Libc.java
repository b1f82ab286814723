package io.github.qmp4j.transport;

import com.sun.jna.Native;
import com.sun.jna.Pointer;

/** The calls of Linux's C library that Java lacks. The only class beside {@link ScmRights} that cannot load without JNA. */
final class Libc {
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int EPIPE = 32;
    static final int ECONNRESET = 104;
    static final int ENOTCONN = 107;

    static {
        Native.register(Libc.class, "c");
    }

    private Libc() {}

    static native int open(byte[] path, int flags, int mode);

    static native int close(int descriptor);

    static native long sendmsg(int socket, Pointer message, int flags);

    static native String strerror(int errno);

    /** Why the last of these calls on this thread returned -1. */
    static int errno() {
        return Native.getLastError();
    }

    /** Throws a {@link LinkageError} unless all of the above can be called. */
    static void load() {
        strerror(0);
    }
}
