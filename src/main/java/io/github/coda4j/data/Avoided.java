package io.github.coda4j.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.CodaException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Texts that a corpus keeps away from: documents that nothing of it may be equal to or like, such as those that another
 * corpus holds out, and data sets of which no run of words may be in it. Held are 13 to 27 bytes and, where it has
 * words enough, 256 of each document beside its name, and 20 to 40 of each run. Read once ({@link Avoiding}); then it
 * may be used by several threads, and travel to other machines.
 */
public final class Avoided implements Serializable {
    private static final long serialVersionUID = 1;

    private final int leastEqual;
    private final int words;
    private final WordRuns runs;
    private final HashesSeen hashes = new HashesSeen();
    private final ArrayList<short[]> signatures = new ArrayList<>();
    private final ArrayList<String> names = new ArrayList<>();
    private final ArrayList<String> sources = new ArrayList<>();

    private Avoided(double likeness, int words) {
        this.leastEqual = SignatureBands.leastEqual(likeness);
        this.words = words;
        this.runs = new WordRuns(words);
    }

    /** Why a document is left out. */
    record Reason(Fate fate, String why) {}

    static Avoided read(Avoiding what, CorpusStore store) {
        Avoided avoided = new Avoided(what.likeness(), what.words());
        if (!what.like().isEmpty()) {
            CorpusOptions options = CorpusOptions.of(what.like());
            avoided.read(new Corpus(options, new TextRows(options), false, store), avoided::addDocument);
            require(!avoided.names.isEmpty(), what.like(), "text to keep away from");
        }
        if (!what.sets().isEmpty()) {
            avoided.read(new Corpus(CorpusOptions.of(what.sets()), new AnyRows(), true, store), avoided::addRow);
            require(avoided.runs.size() > 0, what.sets(), "rows with texts of " + what.words() + " words or more");
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
        return Optional.of(new Reason(Fate.CONTAMINATED, words(sources.get(source.getAsInt()))));
    }

    private String words(String source) {
        return words + " words in a row of " + source;
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
    public String sharedRuns(Account account) {
        if (sources.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        sources.stream()
                .sorted()
                .forEach(source -> text.append(text.isEmpty() ? "" : ", ")
                        .append(source)
                        .append(' ')
                        .append(account.contaminated(words(source))));
        return String.format(
                Locale.ROOT, "Runs of %d words (%,d different) were found of: %s", words, runs.size(), text);
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
