package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is read and what is dropped.
 *
 * @param inputs files, folders and globs; a folder counts with everything below it, but for hidden folders,
 *     node_modules and __pycache__
 * @param languages of the files to take; empty: programming languages, and files that are named one by one whatever
 *     they hold
 * @param textField the field of a row that holds the text
 * @param pathField the field of a row that holds the path of its file, if the row has one; rows without are of any
 *     language
 * @param licenseField the field of a row that holds its license or a list of licenses, if the row has one
 * @param licenses SPDX identifiers of the licenses that are allowed; empty: any, stated or not
 * @param defaultLicense the license of documents that state none
 * @param excludes what is left out
 * @param minBytes of a document as UTF-8, at least 1
 * @param maxBytes of a document as UTF-8
 * @param nearDuplicate the similarity of two documents (Jaccard, of their five-word shingles) from which on the later
 *     one is dropped, in (0, 1]; empty: only equal ones are
 */
public record CorpusOptions(
        List<String> inputs,
        Set<Language> languages,
        String textField,
        String pathField,
        String licenseField,
        Set<String> licenses,
        Optional<String> defaultLicense,
        Excludes excludes,
        long minBytes,
        long maxBytes,
        Optional<Double> nearDuplicate) {
    /** The largest {@link #maxBytes}. */
    public static final long LARGEST_DOCUMENT = 64_000_000;

    public CorpusOptions {
        inputs = List.copyOf(inputs);
        languages = Set.copyOf(languages);
        licenses = Set.copyOf(licenses);
        check(!inputs.isEmpty(), "no input is given: name files, folders or globs");
        check(
                minBytes > 0 && minBytes <= maxBytes && maxBytes <= LARGEST_DOCUMENT,
                "the limits of a document need 1 <= smallest <= largest <= %d bytes, got %d and %d",
                LARGEST_DOCUMENT,
                minBytes,
                maxBytes);
        check(
                nearDuplicate.isEmpty() || (nearDuplicate.get() > 0 && nearDuplicate.get() <= 1),
                "the similarity of near duplicates must be in (0, 1], got %s",
                nearDuplicate.orElse(0.0));
        check(
                defaultLicense.isEmpty() || !licenses.isEmpty(),
                "a license for documents that state none has no effect unless the allowed licenses are given");
    }

    /**
     * Everything that is code, of any license, between 32 bytes and a megabyte, without near duplicates from 0.8 on.
     */
    public static CorpusOptions of(List<String> inputs) {
        return new CorpusOptions(
                inputs,
                Set.of(),
                "text",
                "path",
                "license",
                Set.of(),
                Optional.empty(),
                Excludes.NONE,
                32,
                1_000_000,
                Optional.of(0.8));
    }
}
