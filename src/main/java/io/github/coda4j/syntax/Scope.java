package io.github.coda4j.syntax;

import java.util.List;

/**
 * What a reader of a place in a file needs of the lines above it. All ranges are whole lines, line ends included, above
 * the line of the place, from top to bottom, and neither overlap nor touch within their list.
 *
 * @param imports the package and import lines of the file and of the bodies that the place stands in
 * @param signatures the first lines, up to the body, of the classes and functions that the place stands in
 */
public record Scope(List<TextRange> imports, List<TextRange> signatures) {
    /** Of a place without anything above it, or whose text has no grammar. */
    public static final Scope NONE = new Scope(List.of(), List.of());

    public Scope {
        imports = List.copyOf(imports);
        signatures = List.copyOf(signatures);
    }
}
