package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.CodaException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Texts that a corpus keeps away from: documents that nothing of it may be equal to or like, such as those that another
 * corpus holds out, and data sets of which no run of words may be in it. Read once; then it may be used by several
 * threads.
 */
public final class Avoided {
    /** Keeps away from nothing. */
    public static final Avoided NOTHING = new Avoided(1, 2);

    /** Words of a run that counts as the same text, as in the report of GPT-3 (Brown et al. 2020, appendix C). */
    public static final int RUN_WORDS = 13;

    private final int leastEqual;
    private final int words;
    private final WordRuns runs;
    private final HashesSeen hashes = new HashesSeen();
    private final List<short[]> signatures = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<String> sources = new ArrayList<>();
    private final Map<String, Integer> met = new TreeMap<>();

    private Avoided(double likeness, int words) {
        this.leastEqual = SignatureBands.leastEqual(likeness);
        this.words = words;
        this.runs = new WordRuns(words);
    }

    /** Why a document is left out. */
    record Reason(Fate fate, String why) {}

    /**
     * Reads what is to be kept away from.
     *
     * @param like files, folders, archives and rows as a corpus has them, of any language; may be empty
     * @param likeness from which similarity on (Jaccard, of five-word shingles, by MinHash) a document is like one of
     *     them, in (0, 1]; every pair is compared, not only those that share a band
     * @param sets folders and files of rows, of which every text counts; may be empty
     * @param words of a run that no document may share with a row, at least 2
     * @throws CodaException when an input is not there or has no text
     */
    public static Avoided read(List<String> like, double likeness, List<String> sets, int words) {
        check(likeness > 0 && likeness <= 1, "the likeness must be in (0, 1], got %s", likeness);
        check(words >= 2, "a run must have 2 words or more, got %d", words);
        if (like.isEmpty() && sets.isEmpty()) {
            return NOTHING;
        }
        Avoided avoided = new Avoided(likeness, words);
        if (!like.isEmpty()) {
            CorpusOptions options = CorpusOptions.of(like);
            avoided.read(new Corpus(options, new TextRows(options), false, new LocalStore()), avoided::addDocument);
            require(!avoided.names.isEmpty(), like, "text to keep away from");
        }
        if (!sets.isEmpty()) {
            Corpus rows = new Corpus(CorpusOptions.of(sets), new AnyRows(), true, new LocalStore());
            avoided.read(rows, avoided::addRow);
            require(avoided.runs.size() > 0, sets, "rows with texts of " + words + " words or more");
        }
        return avoided;
    }

    private static void require(boolean found, List<String> inputs, String what) {
        if (!found) {
            throw CodaException.of("%s: there is no %s", String.join(", ", inputs), what);
        }
    }

    private void read(Corpus corpus, Consumer<RawDocument> sink) {
        corpus.forEach((done, total, name) -> {}, raw -> {
            if (raw.fate().filter(fate -> fate != Fate.LANGUAGE).isPresent()) {
                throw CodaException.of(
                        "%s is %s%s: nothing can be kept away from it",
                        raw.name(), raw.fate().get().label(), raw.why().isEmpty() ? "" : " (" + raw.why() + ")");
            }
            if (raw.fate().isEmpty()) {
                sink.accept(raw);
            }
        });
    }

    private void addDocument(RawDocument raw) {
        Optional<String> text = DocumentFilter.text(raw.content());
        if (text.isPresent() && !text.get().isBlank()) {
            hashes.add(hash(DocumentFilter.digest(text.get())));
            int[] signature = MinHash.signature(text.get());
            signatures.add(signature.length == 0 ? new short[0] : SignatureBands.folded(signature));
            names.add(raw.name());
        }
    }

    private void addRow(RawDocument raw) {
        String file = Path.of(raw.name().replaceFirst("(:\\d+)?(#\\d+)?$", ""))
                .getFileName()
                .toString();
        if (!sources.contains(file)) {
            sources.add(file);
        }
        addTexts(raw.row(), sources.indexOf(file));
    }

    private void addTexts(JsonNode node, int source) {
        if (node.isTextual()) {
            runs.add(node.textValue(), source);
        } else {
            node.forEach(child -> addTexts(child, source));
        }
    }

    static long hash(byte[] digest) {
        return ByteBuffer.wrap(digest).getLong();
    }

    /** Whether signatures of documents are looked at. */
    boolean comparesLikeness() {
        return !names.isEmpty();
    }

    /**
     * Why the document must be left out, if it must.
     *
     * @param hash the first 8 bytes of the SHA-256 of its text
     * @param signature its own, or {@link MinHash#NONE}
     */
    Optional<Reason> reason(String text, long hash, int[] signature) {
        if (hashes.contains(hash)) {
            return Optional.of(new Reason(Fate.AVOIDED, "equal"));
        }
        Optional<Reason> like = like(signature);
        if (like.isPresent()) {
            return like;
        }
        OptionalInt source = runs.size() == 0 ? OptionalInt.empty() : runs.find(text);
        if (source.isEmpty()) {
            return Optional.empty();
        }
        String name = sources.get(source.getAsInt());
        synchronized (met) {
            met.merge(name, 1, Integer::sum);
        }
        return Optional.of(new Reason(Fate.CONTAMINATED, words + " words in a row of " + name));
    }

    private Optional<Reason> like(int[] signature) {
        if (signature.length == 0) {
            return Optional.empty();
        }
        short[] folded = SignatureBands.folded(signature);
        for (int i = 0; i < signatures.size(); i++) {
            short[] other = signatures.get(i);
            if (other.length > 0 && SignatureBands.areNear(folded, other, leastEqual)) {
                return Optional.of(new Reason(Fate.AVOIDED, "like " + names.get(i)));
            }
        }
        return Optional.empty();
    }

    /**
     * In words, for a line below the account: how many documents shared a run of words with each data set, a document
     * counted for the first run that was found. Empty when no data sets were given.
     */
    public String sharedRuns() {
        if (sources.isEmpty()) {
            return "";
        }
        synchronized (met) {
            StringBuilder text = new StringBuilder();
            sources.stream()
                    .sorted()
                    .forEach(source -> text.append(text.isEmpty() ? "" : ", ")
                            .append(source)
                            .append(' ')
                            .append(met.getOrDefault(source, 0)));
            return String.format(
                    java.util.Locale.ROOT,
                    "Runs of %d words (%,d different) were found of: %s",
                    words,
                    runs.size(),
                    text);
        }
    }

    /** Rows of any fields. */
    private static final class AnyRows implements Corpus.RowReading {
        @Override
        public boolean isRow(JsonNode json) {
            return json.isObject();
        }

        @Override
        public String looksFor() {
            return "any texts";
        }

        @Override
        public RawDocument read(String name, JsonNode row, long size) {
            return RawDocument.row(name, row, size);
        }
    }
}
