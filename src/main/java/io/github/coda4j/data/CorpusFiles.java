package io.github.coda4j.data;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.FileProblems;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The files that a list of files, folders and globs stands for, folder by folder in the order of their names. Only one
 * folder's names per level are held at a time. Links inside folders are not followed.
 */
final class CorpusFiles {
    private static final Set<String> PASSED_OVER = Set.of("node_modules", "__pycache__");
    private static final String GLOB_CHARACTERS = "*?[{";

    private CorpusFiles() {}

    /** Takes one file. */
    interface Visitor {
        /**
         * @param size in bytes
         * @param named whether it was given by its own name
         */
        void file(Path file, long size, boolean named);
    }

    /**
     * Visits all files.
     *
     * @throws CodaException when an input is not there, or a glob matches nothing
     */
    static void visit(List<String> inputs, Visitor visitor) {
        for (String input : inputs) {
            Path path = Path.of(input);
            if (Files.isDirectory(path)) {
                walk(path, visitor);
            } else if (Files.exists(path)) {
                visitor.file(path, size(path), true);
            } else if (input.chars().anyMatch(c -> GLOB_CHARACTERS.indexOf(c) >= 0)) {
                glob(input, visitor);
            } else {
                throw CodaException.of("there is no file or folder %s", input);
            }
        }
    }

    private static void glob(String glob, Visitor visitor) {
        Path pattern = Path.of(glob);
        Path base = Path.of(pattern.isAbsolute() ? pattern.getRoot().toString() : "");
        for (Path name : pattern) {
            if (name.toString().chars().anyMatch(c -> GLOB_CHARACTERS.indexOf(c) >= 0)) {
                break;
            }
            base = base.resolve(name);
        }
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
        boolean[] any = {false};
        Path start = base.toString().isEmpty() ? Path.of(".") : base;
        if (Files.isDirectory(start)) {
            walk(start, (file, size, _) -> {
                if (matcher.matches(file) || matcher.matches(start.relativize(file))) {
                    any[0] = true;
                    visitor.file(file, size, false);
                }
            });
        }
        if (!any[0]) {
            throw CodaException.of("no file matches %s", glob);
        }
    }

    private static void walk(Path folder, Visitor visitor) {
        List<Path> children;
        try (Stream<Path> list = Files.list(folder)) {
            children = list.sorted(
                            Comparator.comparing(child -> child.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw FileProblems.cannot("list", folder, e);
        }
        for (Path child : children) {
            String name = child.getFileName().toString();
            try {
                BasicFileAttributes attributes =
                        Files.readAttributes(child, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                if (attributes.isDirectory() && !name.startsWith(".") && !PASSED_OVER.contains(name)) {
                    walk(child, visitor);
                } else if (attributes.isRegularFile()) {
                    visitor.file(child, attributes.size(), false);
                }
            } catch (IOException e) {
                throw FileProblems.cannot("read", child, e);
            }
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw FileProblems.cannot("read", file, e);
        }
    }
}
