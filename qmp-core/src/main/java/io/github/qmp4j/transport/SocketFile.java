package io.github.qmp4j.transport;

import io.netty.channel.ServerChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a UNIX socket that listens. Netty deletes whatever is at the path in the end, so the file is removed here, and only
 * if it is still the one that was made: a server that was started since may have its own there.
 */
final class SocketFile {
    private static final Logger LOG = LoggerFactory.getLogger(SocketFile.class);

    private final Path path;
    private final ServerSocketChannel socket;

    /** Device and inode; the kernel gives the inode to no other file while the socket is open. Written once, when it is bound. */
    private volatile @Nullable Object made;

    SocketFile(Path path) throws IOException {
        this.path = path;
        this.socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    }

    ServerChannel channel() {
        return new NioServerDomainSocketChannel(socket);
    }

    /** To be called when it is bound. */
    void restrict() throws IOException {
        made = key();
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        }
    }

    private @Nullable Object key() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /** Closes the socket before Netty does, which then knows of no file. */
    void close() {
        try {
            if (socket.isOpen()) {
                removeIfOurs();
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void removeIfOurs() {
        try {
            Object there = key();
            if (there != null && there.equals(made)) {
                Files.delete(path);
            }
        } catch (IOException e) {
            LOG.debug("the socket file {} no longer exists", path, e);
        }
    }
}
