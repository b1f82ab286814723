package io.github.qmp4j.transport;

import com.sun.jna.Memory;

/**
 * One {@code sendmsg(2)} that carries bytes and, with the first of them, a descriptor. The layout is that of the 64-bit
 * kernel, so of glibc and musl on x86_64 and aarch64.
 */
final class ScmRights {
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;

    /** struct msghdr. */
    private static final int MSG_IOV = 16;

    private static final int MSG_IOVLEN = 24;
    private static final int MSG_CONTROL = 32;
    private static final int MSG_CONTROLLEN = 40;
    private static final int MSGHDR_BYTES = 56;

    /** struct iovec. */
    private static final int IOV_BASE = MSGHDR_BYTES;

    private static final int IOV_LEN = IOV_BASE + 8;
    private static final int IOVEC_BYTES = 16;

    /** struct cmsghdr with one int of data: 20 bytes, and 24 with the padding to the next. */
    private static final int CMSG_LEN = IOV_BASE + IOVEC_BYTES;

    private static final int CMSG_LEVEL = CMSG_LEN + 8;
    private static final int CMSG_TYPE = CMSG_LEN + 12;
    private static final int CMSG_DATA = CMSG_LEN + 16;
    private static final int CMSG_BYTES = 20;
    private static final int CMSG_SPACE = 24;

    private static final int DATA = CMSG_LEN + CMSG_SPACE;

    private ScmRights() {}

    /**
     * Sends the descriptor with some of the bytes, at least one. Does not block.
     *
     * @return how many bytes went; or, negative, the errno of a call that sent neither them nor the descriptor
     */
    static int send(int socket, int descriptor, byte[] bytes, int length) {
        try (Memory memory = new Memory(DATA + (long) length)) {
            memory.clear(DATA);
            memory.setPointer(MSG_IOV, memory.share(IOV_BASE));
            memory.setLong(MSG_IOVLEN, 1);
            memory.setPointer(MSG_CONTROL, memory.share(CMSG_LEN));
            memory.setLong(MSG_CONTROLLEN, CMSG_SPACE);
            memory.setPointer(IOV_BASE, memory.share(DATA));
            memory.setLong(IOV_LEN, length);
            memory.setLong(CMSG_LEN, CMSG_BYTES);
            memory.setInt(CMSG_LEVEL, SOL_SOCKET);
            memory.setInt(CMSG_TYPE, SCM_RIGHTS);
            memory.setInt(CMSG_DATA, descriptor);
            memory.write(DATA, bytes, 0, length);
            long sent;
            do {
                sent = Libc.sendmsg(socket, memory, MSG_DONTWAIT | MSG_NOSIGNAL);
            } while (sent < 0 && Libc.errno() == Libc.EINTR);
            return sent < 0 ? -Libc.errno() : (int) sent;
        }
    }
}
