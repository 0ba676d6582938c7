package io.github.coda4j.files;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Failures of the file system in one line that says what was tried and why it failed. */
public final class FileProblems {
    private FileProblems() {}

    /** For example {@code cannot write FILE: no permission for FOLDER}, or {@code there is no file FILE}. */
    public static CodaException cannot(String verb, Path path, IOException e) {
        if (verb.equals("read") && e instanceof NoSuchFileException && isAbout(path, e)) {
            return new CodaException("there is no file " + path, e);
        }
        return new CodaException("cannot " + verb + " " + path + ": " + reason(path, e), e);
    }

    /** Why something failed with the file or folder, in words that follow its name. */
    public static String reason(Path path, IOException e) {
        return e instanceof AccessDeniedException && isAbout(path, e) ? "no permission" : reason(e);
    }

    private static boolean isAbout(Path path, IOException e) {
        return e instanceof FileSystemException problem && path.toString().equals(problem.getFile());
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "there is no " + missing.getFile();
            case AccessDeniedException denied -> "no permission for " + denied.getFile();
            case FileAlreadyExistsException exists -> exists.getFile() + " exists already";
            case DirectoryNotEmptyException full -> full.getMessage() + " is not empty";
            case ClosedByInterruptException _ -> "interrupted";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : hint(e.getMessage());
        };
    }

    private static String hint(String message) {
        return message.contains("No space left on device") || message.contains("Disk quota exceeded")
                ? message + "; free some space or write to another disk"
                : message;
    }
}
