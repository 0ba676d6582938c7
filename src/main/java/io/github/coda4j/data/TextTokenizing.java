package io.github.coda4j.data;

import io.github.coda4j.text.BpeTokenizer;
import java.util.Arrays;

/** Makes token shards of the documents of a corpus. Control tokens written out in a document become ordinary tokens. */
public final class TextTokenizing {
    private static final boolean[] NO_ANSWERS = {};

    private TextTokenizing() {}

    private record Tokens(Split split, int[] ids) {}

    /**
     * Reads the corpus and appends the tokens of every document that is kept, each followed by the end token.
     *
     * @param tokenizer the one the writer was made for
     * @param comments what becomes of those in Java files; documents are chosen and split by what they were before
     * @return what became of the documents
     */
    public static Account run(
            CorpusReader reader,
            BpeTokenizer tokenizer,
            Comments comments,
            ShardFolderWriter writer,
            CorpusReader.Listener listener) {
        return reader.read(
                listener,
                document -> new Tokens(document.split(), encode(tokenizer, document.name(), document.text(), comments)),
                tokens -> writer.append(tokens.split(), tokens.ids(), NO_ANSWERS));
    }

    /**
     * The tokens of one document, the end token included.
     *
     * @param name by which Java is known
     * @param comments see {@link #run}
     */
    public static int[] encode(BpeTokenizer tokenizer, String name, String text, Comments comments) {
        boolean java = Language.of(name).filter(Language.JAVA::equals).isPresent();
        String kept = java ? comments.of(text) : text;
        return ended(tokenizer.encodeOrdinary(kept), tokenizer.specialTokens().requireEos());
    }

    private static int[] ended(int[] ids, int eos) {
        int[] ended = Arrays.copyOf(ids, ids.length + 1);
        ended[ids.length] = eos;
        return ended;
    }
}
