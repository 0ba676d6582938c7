package io.github.coda4j.cli.answer;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.TextFiles;
import java.nio.file.Files;
import java.nio.file.Path;

/** A text file that gets new contents. */
final class InPlaceFile {
    private InPlaceFile() {}

    /**
     * For before the work is done whose result would go there.
     *
     * @throws CodaException when the file cannot be written
     */
    static void checkWritable(Path file) {
        if (!Files.isWritable(file)) {
            throw CodaException.of("cannot write %s: no permission", file);
        }
    }

    /**
     * Puts {@code after} in the place of {@code before}: whole or not at all. Permissions stay; a link stays a link to
     * the changed file.
     *
     * @throws CodaException when the file is no longer what was read, or cannot be written; it is unchanged then
     */
    static void replace(Path file, String before, String after) {
        if (!TextFiles.readMarked(file).whole().equals(before)) {
            throw CodaException.of(
                    "%s was changed by someone else meanwhile; nothing was written, run the command again", file);
        }
        checkWritable(file);
        AtomicFiles.writeText(file, after);
    }
}
