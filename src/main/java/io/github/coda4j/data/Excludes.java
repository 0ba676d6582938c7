package io.github.coda4j.data;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.TextFiles;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Documents that are left out: by glob over their path or file name, by the SHA-256 of their text, or because of what
 * they say.
 *
 * @param globs such as {@code **}{@code /test/**} or {@code *_pb2.py}
 * @param hashes SHA-256 in lower-case hexadecimal
 * @param avoiding documents and data sets to keep away from
 */
public record Excludes(List<String> globs, Set<String> hashes, Avoiding avoiding) {
    /** Leaves out nothing. */
    public static final Excludes NONE = new Excludes(List.of(), Set.of(), Avoiding.NOTHING);

    private static final Pattern SHA_256 = Pattern.compile("[0-9a-fA-F]{64}");

    public Excludes {
        globs = List.copyOf(globs);
        hashes = Set.copyOf(hashes);
        globs.forEach(Excludes::matcher);
    }

    /**
     * Adds a list: one glob or SHA-256 per line; empty lines and those that begin with # do not count.
     *
     * @throws CodaException when the file cannot be read
     */
    public Excludes with(Path list) {
        List<String> moreGlobs = new ArrayList<>(globs);
        Set<String> moreHashes = new HashSet<>(hashes);
        for (String line : lines(list)) {
            if (SHA_256.matcher(line).matches()) {
                moreHashes.add(line.toLowerCase(Locale.ROOT));
            } else {
                moreGlobs.add(line);
            }
        }
        return new Excludes(moreGlobs, moreHashes, avoiding);
    }

    /** The lines of a list, without comments and empty ones. */
    public static List<String> lines(Path list) {
        return TextFiles.entries(list);
    }

    /** Asks by path; for many paths. */
    Matching matching() {
        return new Matching(globs.stream().map(Excludes::matcher).toList());
    }

    private static PathMatcher matcher(String glob) {
        try {
            return FileSystems.getDefault().getPathMatcher("glob:" + glob);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("'" + glob + "' is no glob: " + e.getDescription(), e);
        }
    }

    /** The globs, ready to be asked. */
    record Matching(List<PathMatcher> matchers) {
        boolean excludes(String name) {
            if (matchers.isEmpty()) {
                return false;
            }
            try {
                Path path = Path.of(name);
                Path last = path.getFileName() == null ? path : path.getFileName();
                return matchers.stream().anyMatch(matcher -> matcher.matches(path) || matcher.matches(last));
            } catch (InvalidPathException e) {
                return false;
            }
        }
    }
}
