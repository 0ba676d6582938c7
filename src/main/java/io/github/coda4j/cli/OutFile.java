package io.github.coda4j.cli;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that a command is going to write, looked at before the work that fills it. */
public final class OutFile {
    private OutFile() {}

    /** @throws CodaException when the file could not be written in the end */
    public static void check(Path file) {
        if (!AtomicFiles.isSpecial(file)) {
            checkRegular(file);
        }
    }

    /** The same for a file that is written at any position, which pipes and devices are not. */
    public static void checkRegular(Path file) {
        if (AtomicFiles.isSpecial(file)) {
            throw CodaException.of("%s is a pipe or a device, expected the name of a file", file);
        }
        Path folder = file.toAbsolutePath().normalize().getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw CodaException.of("%s is a folder, expected the name of a file", file);
        }
        if (!Files.isDirectory(folder)) {
            throw CodaException.of("cannot write %s: there is no folder %s; make it first", file, folder);
        }
        if (!Files.isWritable(folder)) {
            throw CodaException.of("cannot write %s: no permission in %s", file, folder);
        }
    }
}
