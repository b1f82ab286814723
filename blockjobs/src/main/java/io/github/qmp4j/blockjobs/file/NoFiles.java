package io.github.qmp4j.blockjobs.file;

import io.github.qmp4j.blockjobs.FileAccess;
import io.github.qmp4j.blockjobs.RealFile;
import java.io.IOException;

/** No access to any file. */
public enum NoFiles implements FileAccess {
    NONE;

    @Override
    public void create(String path, long bytes) throws IOException {
        throw none(path);
    }

    @Override
    public byte[] read(String path, long offset, int length) throws IOException {
        throw none(path);
    }

    @Override
    public String resolve(String path) throws IOException {
        throw none(path);
    }

    @Override
    public RealFile look(String path) throws IOException {
        throw none(path);
    }

    @Override
    public void delete(String path, RealFile file) throws IOException {
        throw none(path);
    }

    private static IOException none(String path) {
        return new IOException("this program has no access to QEMU's file '%s'".formatted(path));
    }
}
