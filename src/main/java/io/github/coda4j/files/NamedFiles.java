package io.github.coda4j.files;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Small files that belong together, by name, wherever they lie: in a folder, in an archive, in memory. */
public interface NamedFiles {
    /** What messages call the whole. */
    String source();

    /** What messages call the file of that name, whether it is there or not. */
    String source(String name);

    /**
     * All bytes of the file of that name; empty when there is none.
     *
     * @throws io.github.coda4j.CodaException when there is one and it cannot be read
     */
    Optional<byte[]> bytes(String name);

    /** The files in a folder, read when they are asked for. */
    static NamedFiles of(Path folder) {
        return new NamedFiles() {
            @Override
            public String source() {
                return folder.toString();
            }

            @Override
            public String source(String name) {
                return folder.resolve(name).toString();
            }

            @Override
            public Optional<byte[]> bytes(String name) {
                Path file = folder.resolve(name);
                return Files.exists(file) ? Optional.of(TextFiles.bytes(file)) : Optional.empty();
            }
        };
    }
}
