package io.github.coda4j.cli;

import io.github.coda4j.files.TextFiles;
import java.nio.file.Path;

/**
 * A text that a command is given by the name of its file; {@code -} names standard input.
 *
 * @param name what messages call it
 * @param text the whole of it
 */
public record InputText(String name, String text) {
    private static final String DASH = "-";

    /**
     * Reads it.
     *
     * @throws io.github.coda4j.CodaException when it cannot be read or is no UTF-8 text
     */
    public static InputText read(Path file, World world) {
        return isStandardInput(file)
                ? new InputText("standard input", TextFiles.read(world.in()))
                : new InputText(file.toString(), TextFiles.read(file));
    }

    /** Whether the name means standard input. */
    public static boolean isStandardInput(Path file) {
        return file.toString().equals(DASH);
    }
}
