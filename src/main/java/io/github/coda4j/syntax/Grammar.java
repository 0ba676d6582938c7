package io.github.coda4j.syntax;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The languages that can be parsed, by the extensions of their files. The parsers are libraries that need not be there:
 * without them {@link #open} answers with nothing and {@link #missing} says what to add.
 */
public enum Grammar {
    /** Java. */
    JAVA("Java", "java"),
    /** Python, stubs too. */
    PYTHON("Python", "py", "pyi"),
    /** JavaScript, modules and JSX too. */
    JAVASCRIPT("JavaScript", "js", "mjs", "cjs", "jsx"),
    /** TypeScript, modules too. */
    TYPESCRIPT("TypeScript", "ts", "mts", "cts"),
    /** TypeScript with JSX. */
    TSX("TSX", "tsx"),
    /** C; headers are read as C. */
    C("C", "c", "h"),
    /** C++. */
    CPP("C++", "cc", "cpp", "cxx", "hh", "hpp", "hxx"),
    /** Go. */
    GO("Go", "go"),
    /** Rust. */
    RUST("Rust", "rs");

    private static final String ARTIFACT = "io.github.bonede:tree-sitter";

    private final String label;
    private final List<String> extensions;

    Grammar(String label, String... extensions) {
        this.label = label;
        this.extensions = List.of(extensions);
    }

    /** The language's name as people write it. */
    public String label() {
        return label;
    }

    /**
     * The grammar of a file by the extension of its name; empty when there is none for it.
     *
     * @param fileName name or path, for example {@code src/Main.java}
     */
    public static Optional<Grammar> ofFile(String fileName) {
        String name = fileName.substring(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1);
        int dot = name.lastIndexOf('.');
        String extension = dot <= 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(grammar -> grammar.extensions.contains(extension))
                .findFirst();
    }

    /** A parser, to be closed after use; empty when its library is not there, see {@link #missing}. */
    public Optional<SourceParser> open() {
        try {
            return Optional.of(SourceParser.load(this));
        } catch (ReflectiveOperationException | LinkageError | RuntimeException _) {
            return Optional.empty();
        }
    }

    /** Why {@link #open} answers with nothing, in one line with what to do; empty when it does not. */
    public Optional<String> missing() {
        try (SourceParser _ = SourceParser.load(this)) {
            return Optional.empty();
        } catch (ClassNotFoundException | NoClassDefFoundError _) {
            return Optional.of("no grammar of " + label + ": put " + ARTIFACT + " and " + ARTIFACT + "-"
                    + name().toLowerCase(Locale.ROOT) + " on the class path");
        } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return Optional.of("the grammar of " + label + " cannot be loaded: " + cause);
        }
    }
}
