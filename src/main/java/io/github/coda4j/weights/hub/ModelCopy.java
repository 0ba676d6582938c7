package io.github.coda4j.weights.hub;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** A second folder for a model that was pulled into the cache. */
public final class ModelCopy {
    private ModelCopy() {}

    /** @throws CodaException when the folder holds something */
    public static void checkFree(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        if (!Files.isDirectory(folder) || !children(folder).isEmpty()) {
            throw CodaException.of("%s exists and is not empty; choose another folder", folder);
        }
    }

    /**
     * Copies the files of a model; weights become hard links where the file system allows. The folder appears whole.
     *
     * @throws CodaException when it cannot be written
     */
    public static void copy(Path model, Path folder) {
        Path target = folder.toAbsolutePath().normalize();
        Path partial = target.resolveSibling("." + target.getFileName() + ".partial");
        try {
            Files.createDirectories(partial);
            for (Path leftover : children(partial)) {
                Files.delete(leftover);
            }
            for (Path file : children(model)) {
                place(file, partial.resolve(file.getFileName().toString()));
            }
            Files.deleteIfExists(target);
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (DirectoryNotEmptyException e) {
            throw new CodaException(folder + " exists and is not empty; choose another folder", e);
        } catch (IOException e) {
            throw new CodaException("cannot write " + folder + ": " + e.getMessage(), e);
        }
    }

    private static void place(Path file, Path target) throws IOException {
        if (file.toString().endsWith(".safetensors")) {
            try {
                Files.createLink(target, file.toRealPath());
                return;
            } catch (FileSystemException | UnsupportedOperationException e) {
                LoggerFactory.getLogger(ModelCopy.class).info("no hard link for {}: {}", file, e.toString());
            }
        }
        Files.copy(file, target);
    }

    private static List<Path> children(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new CodaException("cannot read " + folder + ": " + e.getMessage(), e);
        }
    }
}
