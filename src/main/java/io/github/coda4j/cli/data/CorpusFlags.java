package io.github.coda4j.cli.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Nearest;
import io.github.coda4j.data.Avoiding;
import io.github.coda4j.data.CorpusOptions;
import io.github.coda4j.data.Excludes;
import io.github.coda4j.data.Language;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which files of a corpus are read, and which are dropped. */
final class CorpusFlags {
    private static final double NEAR = 0.8;

    @Parameters(
            arity = "1..*",
            paramLabel = "INPUT",
            description =
                    "Folders, files, globs (in quotes), rows in .jsonl, .ndjson and .json files, also as .gz and .zst, "
                            + "rows of .parquet files, .jar and .zip archives. Links are followed; hidden folders, "
                            + "node_modules and __pycache__ are passed over.")
    List<String> inputs = new ArrayList<>();

    @Option(
            names = "--languages",
            split = ",",
            paramLabel = "NAME",
            description = "Only files of these languages, by extension, for example java,python,markdown (default: "
                    + "programming"
                    + " languages, and files named one by one).")
    List<String> languages = new ArrayList<>();

    @Option(names = "--field", paramLabel = "NAME", description = "Field of a row with the text (default: text).")
    String field = "text";

    @Option(
            names = "--path-field",
            paramLabel = "NAME",
            description = "Field of a row with the file's path, if it has one (default: path).")
    String pathField = "path";

    @Option(
            names = "--licenses",
            split = ",",
            paramLabel = "SPDX",
            description = "Only documents of these licenses, for example MIT,Apache-2.0: stated in a row, or in the "
                    + "first lines as"
                    + " SPDX-License-Identifier (default: any).")
    List<String> licenses = new ArrayList<>();

    @Option(
            names = "--licenses-file",
            paramLabel = "FILE",
            description = "A list of allowed licenses, one per line; adds to --licenses.")
    Optional<Path> licensesFile = Optional.empty();

    @Option(
            names = "--license-field",
            paramLabel = "NAME",
            description = "Field of a row with its license or a list of them (default: license).")
    String licenseField = "license";

    @Option(
            names = "--default-license",
            paramLabel = "SPDX",
            description =
                    "The license of documents that state none; without it they are dropped when --licenses is given.")
    Optional<String> defaultLicense = Optional.empty();

    @Option(
            names = "--exclude",
            paramLabel = "GLOB",
            description =
                    "Leave out paths or file names that match, for example **/test/**; may be given several times.")
    List<String> exclude = new ArrayList<>();

    @Option(
            names = "--exclude-list",
            paramLabel = "FILE",
            description = "A list of what to leave out: one glob, or SHA-256 of a document, per line.")
    Optional<Path> excludeList = Optional.empty();

    @Option(
            names = "--exclude-like",
            paramLabel = "INPUT",
            description = "Leave out documents that are equal to one of these or like one: files, folders, archives or "
                    + "rows, such as those of `coda data held-out`; may be given several times.")
    List<String> like = new ArrayList<>();

    @Option(
            names = "--exclude-like-from",
            paramLabel = "X",
            description =
                    "The similarity from which on a document is like one of --exclude-like, 0 to 1, by MinHash of "
                            + "five-word shingles, every pair compared (default: 0.5).")
    Optional<Double> likeFrom = Optional.empty();

    @Option(
            names = "--decontaminate",
            paramLabel = "INPUT",
            description = "Leave out documents that have 13 words in a row of a row of these data sets: folders and "
                    + "files of rows, every text of which counts; numbers, punctuation, case and lines that import do "
                    + "not. Counted by data set; may be given several times.")
    List<String> decontaminate = new ArrayList<>();

    @Option(names = "--decontaminate-words", paramLabel = "N", description = "So many words in a row instead of 13.")
    Optional<Integer> runWords = Optional.empty();

    @Option(names = "--min-bytes", paramLabel = "N", description = "Smallest document (default: 32).")
    long minBytes = 32;

    @Option(names = "--max-bytes", paramLabel = "N", description = "Largest document (default: 1000000).")
    long maxBytes = 1_000_000;

    @Option(
            names = "--near-duplicates",
            paramLabel = "X",
            description = "Drop documents that are so similar to one before them in the corpus, whether that one stays "
                    + "or not, 0 to 1, by MinHash of five-word shingles, or 'keep' them (default: 0.8). Of equal "
                    + "ones the first always stays alone.")
    String nearDuplicates = String.valueOf(NEAR);

    @Option(names = "--threads", paramLabel = "N", description = "Threads (default: one per processor).")
    int threads = Runtime.getRuntime().availableProcessors();

    /** Refuses values that are wrong or have no effect, before anything is read. */
    void verify() {
        check(likeFrom.isEmpty() || !like.isEmpty(), "--exclude-like-from has no effect without --exclude-like");
        check(
                runWords.isEmpty() || !decontaminate.isEmpty(),
                "--decontaminate-words has no effect without --decontaminate");
        check(
                likeFrom.map(from -> from > 0 && from <= 1).orElse(true),
                "--exclude-like-from must be above 0 and at most 1, got %s",
                likeFrom.orElse(Avoiding.LIKENESS));
        check(
                runWords.orElse(Avoiding.RUN_WORDS) >= 2,
                "--decontaminate-words must be 2 or more, got %d",
                runWords.orElse(0));
    }

    CorpusOptions options() {
        Set<Language> chosen = EnumSet.noneOf(Language.class);
        languages.forEach(name -> chosen.add(language(name.strip())));
        Set<String> allowed = new LinkedHashSet<>(licenses);
        licensesFile.ifPresent(file -> allowed.addAll(Excludes.lines(file)));
        verify();
        Avoiding avoiding = new Avoiding(
                like, likeFrom.orElse(Avoiding.LIKENESS), decontaminate, runWords.orElse(Avoiding.RUN_WORDS));
        Excludes excludes = new Excludes(exclude, Set.of(), avoiding);
        Excludes all = excludeList.map(excludes::with).orElse(excludes);
        return new CorpusOptions(
                inputs,
                chosen,
                field,
                pathField,
                licenseField,
                allowed,
                defaultLicense,
                all,
                minBytes,
                maxBytes,
                threshold());
    }

    private static Language language(String name) {
        List<String> names =
                Arrays.stream(Language.values()).map(Language::label).toList();
        check(
                names.contains(name),
                "--languages has '%s'%s; known are %s",
                name,
                Nearest.hint(name, names),
                String.join(", ", names));
        return Language.values()[names.indexOf(name)];
    }

    private Optional<Double> threshold() {
        if (nearDuplicates.equals("keep")) {
            return Optional.empty();
        }
        try {
            return Optional.of(Double.parseDouble(nearDuplicates));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "--near-duplicates must be a number from 0 to 1 or 'keep', got '" + nearDuplicates + "'", e);
        }
    }
}
