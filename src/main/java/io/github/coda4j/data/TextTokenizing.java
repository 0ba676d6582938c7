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
     * @param keepsComments false takes the comments out of Java files; documents are chosen and split by what they were
     *     before
     * @return what became of the documents
     */
    public static Account run(
            CorpusReader reader,
            BpeTokenizer tokenizer,
            boolean keepsComments,
            ShardFolderWriter writer,
            CorpusReader.Listener listener) {
        int eos = tokenizer.specialTokens().requireEos();
        return reader.read(
                listener,
                document -> new Tokens(
                        document.split(), ended(tokenizer.encodeOrdinary(text(document, keepsComments)), eos)),
                tokens -> writer.append(tokens.split(), tokens.ids(), NO_ANSWERS));
    }

    private static String text(CorpusReader.Kept document, boolean keepsComments) {
        boolean java =
                Language.of(document.name()).filter(Language.JAVA::equals).isPresent();
        return java && !keepsComments ? JavaComments.drop(document.text()) : document.text();
    }

    private static int[] ended(int[] ids, int eos) {
        int[] ended = Arrays.copyOf(ids, ids.length + 1);
        ended[ids.length] = eos;
        return ended;
    }
}
