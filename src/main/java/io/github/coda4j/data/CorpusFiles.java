package io.github.coda4j.data;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.FileProblems;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files that a list of files, folders and globs stands for, folder by folder in the order of their names. Only one
 * folder's names per level are held at a time. Links are followed, those to folders once each and never back into a
 * folder that they are in. What cannot be read below an input is told, not fatal.
 */
final class CorpusFiles {
    private static final Set<String> PASSED_OVER = Set.of("node_modules", "__pycache__");
    private static final String GLOB_CHARACTERS = "*?[{";
    private static final Pattern REMOTE = Pattern.compile("[a-z][a-z0-9]+:/");

    private final Visitor visitor;
    private final Listing listing;
    private final Set<Path> linked = new HashSet<>();

    private CorpusFiles(Visitor visitor, Listing listing) {
        this.visitor = visitor;
        this.listing = listing;
    }

    /** Gives the children of a folder in any order; a seam for folders that cannot be listed. */
    @FunctionalInterface
    interface Listing {
        Stream<Path> of(Path folder) throws IOException;
    }

    /** Takes one file. */
    interface Visitor {
        /**
         * @param size in bytes
         * @param named whether it was given by its own name
         */
        void file(Path file, long size, boolean named);

        /** @param why what is wrong with a file, link or folder that cannot be read */
        default void unreadable(Path path, String why) {}
    }

    /**
     * Visits all files.
     *
     * @throws CodaException when an input is not there or, as a folder, cannot be listed, or a glob matches nothing
     */
    static void visit(List<String> inputs, Visitor visitor) {
        visit(inputs, visitor, Files::list);
    }

    static void visit(List<String> inputs, Visitor visitor, Listing listing) {
        CorpusFiles files = new CorpusFiles(visitor, listing);
        for (String input : inputs) {
            Path path = Path.of(input);
            if (Files.isDirectory(path)) {
                files.walkInput(path);
            } else if (Files.exists(path)) {
                visitor.file(path, size(path), true);
            } else if (REMOTE.matcher(input).lookingAt()) {
                throw CodaException.of("%s is no file of this machine; --engine spark reads what Spark can", input);
            } else if (input.chars().anyMatch(c -> GLOB_CHARACTERS.indexOf(c) >= 0)) {
                glob(input, visitor, listing);
            } else {
                throw CodaException.of("there is no file or folder %s", input);
            }
        }
    }

    private static void glob(String glob, Visitor visitor, Listing listing) {
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
            Visitor matching = new Visitor() {
                @Override
                public void file(Path file, long size, boolean named) {
                    if (matcher.matches(file) || matcher.matches(start.relativize(file))) {
                        any[0] = true;
                        visitor.file(file, size, false);
                    }
                }

                @Override
                public void unreadable(Path path, String why) {
                    visitor.unreadable(path, why);
                }
            };
            new CorpusFiles(matching, listing).walkInput(start);
        }
        if (!any[0]) {
            throw CodaException.of("no file matches %s", glob);
        }
    }

    private void walkInput(Path folder) {
        try {
            walk(children(folder), folder.toRealPath());
        } catch (IOException e) {
            throw FileProblems.cannot("list", folder, e);
        }
    }

    private List<Path> children(Path folder) throws IOException {
        try (Stream<Path> list = listing.of(folder)) {
            return list.sorted(Comparator.comparing(child -> child.getFileName().toString()))
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** @param real the folder of the children without links */
    private void walk(List<Path> children, Path real) {
        for (Path child : children) {
            try {
                visit(child, real);
            } catch (IOException e) {
                boolean link = Files.isSymbolicLink(child);
                visitor.unreadable(
                        child,
                        link && e instanceof NoSuchFileException
                                ? "the link leads to nothing"
                                : FileProblems.reason(child, e));
            }
        }
    }

    private void visit(Path child, Path realParent) throws IOException {
        String name = child.getFileName().toString();
        BasicFileAttributes attributes = Files.readAttributes(child, BasicFileAttributes.class);
        if (attributes.isRegularFile()) {
            visitor.file(child, attributes.size(), false);
        } else if (!attributes.isDirectory()) {
            visitor.unreadable(child, "it is no file but a device, a pipe or a socket");
        } else if (!name.startsWith(".") && !PASSED_OVER.contains(name)) {
            folder(child, realParent, name);
        }
    }

    private void folder(Path folder, Path realParent, String name) throws IOException {
        if (!Files.isSymbolicLink(folder)) {
            walk(children(folder), realParent.resolve(name));
            return;
        }
        Path real = folder.toRealPath();
        if (realParent.startsWith(real)) {
            visitor.unreadable(folder, "the link leads back to a folder that it is in");
        } else if (linked.add(real)) {
            walk(children(folder), real);
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
