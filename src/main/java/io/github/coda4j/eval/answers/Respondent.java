package io.github.coda4j.eval.answers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.CompletableFuture;

/** Who is asked: a model of ours, a server, a baseline. Takes several questions at once. */
public interface Respondent {
    /**
     * Starts to answer.
     *
     * @return the answer; exceptionally what made it fail. Cancelling it ends the work
     */
    CompletableFuture<Answer> ask(Question question);

    /**
     * What answers depend on besides the questions, the same in every process.
     *
     * @param first one of the questions
     */
    ObjectNode setting(Question first);
}
