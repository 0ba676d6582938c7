package io.github.coda4j.cli.serve;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.TextFiles;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;

/** A file with a key on each line, for its owner's eyes alone. */
final class KeyFile {
    private KeyFile() {}

    /** @throws CodaException when it cannot be read, has no key, or others may read it */
    static List<String> read(Path file) {
        List<String> keys = TextFiles.entries(file);
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix") && othersRead(file)) {
            throw CodaException.of("others may read the keys in %s: `chmod 600 %s` first", file, file);
        }
        if (keys.isEmpty()) {
            throw CodaException.of("%s has no key: put one on each line", file);
        }
        return keys;
    }

    private static boolean othersRead(Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            return permissions.contains(PosixFilePermission.GROUP_READ)
                    || permissions.contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException e) {
            throw new CodaException("cannot read the permissions of " + file + ": " + e.getMessage(), e);
        }
    }
}
