package io.github.coda4j.cli;

import io.github.coda4j.files.TextFiles;
import java.nio.file.Path;

/**
 * A text that a command is given by the name of its file; {@code -} names standard input.
 *
 * @param name what messages call it
 * @param content its text and the byte order mark before it
 */
public record InputText(String name, TextFiles.Marked content) {
    private static final String DASH = "-";

    /**
     * Reads it.
     *
     * @throws io.github.coda4j.CodaException when it cannot be read or is no UTF-8 text
     */
    public static InputText read(Path file, World world) {
        return isStandardInput(file)
                ? new InputText("standard input", TextFiles.readMarked(world.in()))
                : new InputText(file.toString(), TextFiles.readMarked(file));
    }

    /** The text without a byte order mark. */
    public String text() {
        return content.text();
    }

    /** Whether the name means standard input. */
    public static boolean isStandardInput(Path file) {
        return file.toString().equals(DASH);
    }
}
