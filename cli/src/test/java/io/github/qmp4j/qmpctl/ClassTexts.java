package io.github.qmp4j.qmpctl;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Reads all string constants in the class files of a module. */
final class ClassTexts {
    private static final int UTF8 = 1;
    private static final int STRING = 8;
    /** The number of bytes after the tag of each other constant, by the class file format. */
    private static final Map<Integer, Integer> BYTES = Map.ofEntries(
            Map.entry(3, 4),
            Map.entry(4, 4),
            Map.entry(5, 8),
            Map.entry(6, 8),
            Map.entry(7, 2),
            Map.entry(9, 4),
            Map.entry(10, 4),
            Map.entry(11, 4),
            Map.entry(12, 4),
            Map.entry(15, 3),
            Map.entry(16, 2),
            Map.entry(17, 4),
            Map.entry(18, 4),
            Map.entry(19, 2),
            Map.entry(20, 2));

    private ClassTexts() {}

    /** The string constants of the module of a class, from a folder or a jar. */
    static List<String> of(Class<?> one) throws Exception {
        URI place = one.getProtectionDomain().getCodeSource().getLocation().toURI();
        if (Files.isDirectory(Path.of(place))) {
            return in(Path.of(place));
        }
        try (FileSystem jar = FileSystems.newFileSystem(Path.of(place))) {
            return in(jar.getPath("/"));
        }
    }

    private static List<String> in(Path root) throws IOException {
        List<String> texts = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file :
                    (Iterable<Path>) files.filter(path -> path.toString().endsWith(".class"))::iterator) {
                try (InputStream bytes = Files.newInputStream(file)) {
                    texts.addAll(strings(new DataInputStream(bytes)));
                }
            }
        }
        return texts;
    }

    private static List<String> strings(DataInputStream file) throws IOException {
        file.skipNBytes(8);
        int count = file.readUnsignedShort();
        Map<Integer, String> texts = new HashMap<>();
        List<Integer> strings = new ArrayList<>();
        for (int at = 1; at < count; at++) {
            int tag = file.readUnsignedByte();
            if (tag == UTF8) {
                texts.put(at, file.readUTF());
            } else if (tag == STRING) {
                strings.add(file.readUnsignedShort());
            } else {
                file.skipNBytes(BYTES.getOrDefault(tag, 0));
                // A long and a double take two entries.
                at += tag == 5 || tag == 6 ? 1 : 0;
            }
        }
        return strings.stream().map(texts::get).toList();
    }
}
