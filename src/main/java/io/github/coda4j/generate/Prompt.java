package io.github.coda4j.generate;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import io.github.coda4j.text.MarkedText;

/** What is to be completed. */
public sealed interface Prompt {
    /**
     * A document. Each text piece is tokenized by itself and literally: the name of an added token in it, such as
     * {@code <|im_end|>}, is plain text.
     *
     * @param windows what is left out of a document that is too long
     */
    record Text(Document document, WindowOptions windows) implements Prompt {
        public Text {
            requireNonNull(document, "document is null");
            requireNonNull(windows, "windows is null");
        }

        /** A document of which the model sees as much as it takes. */
        public Text(Document document) {
            this(document, WindowOptions.DEFAULT);
        }
    }

    /**
     * Text in which added tokens are recognised outside its literal parts, such as a rendered chat. Masks among its ids
     * are holes as for {@link Ids}.
     *
     * @param newTokens number of masks behind the text, 0 for none
     */
    record Marked(MarkedText text, int newTokens) implements Prompt {
        public Marked {
            requireNonNull(text, "text is null");
            checkNewTokens(newTokens);
        }
    }

    /**
     * Token ids. Each run of mask ids, those of {@code newTokens} included, is a hole.
     *
     * @param newTokens number of masks behind the ids, 0 for none
     */
    record Ids(int[] ids, int newTokens) implements Prompt {
        public Ids {
            ids = ids.clone();
            checkNewTokens(newTokens);
        }
    }

    private static void checkNewTokens(int newTokens) {
        check(newTokens >= 0, "the number of new tokens must be 0 or positive, got %d", newTokens);
    }
}
