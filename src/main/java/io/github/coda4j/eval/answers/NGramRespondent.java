package io.github.coda4j.eval.answers;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.eval.NGram;
import io.github.coda4j.text.Tokenizer;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/**
 * The baseline that a model has to beat: the most frequent continuation of the tokens before a hole.
 *
 * @param learned what it has learned from, for the record
 */
public record NGramRespondent(NGram model, Tokenizer tokenizer, String learned) implements Respondent {
    @Override
    public CompletableFuture<Answer> ask(Question question) {
        if (!(question.form() instanceof Question.Fill fill) || fill.hole().open()) {
            throw new IllegalArgumentException("the n-gram baseline fills holes of a known length");
        }
        int[] ids =
                model.fill(tokenizer.encodeOrdinary(fill.before()), fill.hole().tokens());
        return CompletableFuture.completedFuture(
                new Answer(tokenizer.decode(ids, true), ids.length, OptionalInt.empty(), 0, 0));
    }

    @Override
    public ObjectNode setting(Question first) {
        return JsonNodeFactory.instance.objectNode().put("baseline", learned);
    }
}
