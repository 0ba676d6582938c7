package io.github.coda4j.eval.answers;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.files.JsonLines;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What the answers of a file took together. Tokens are those of answers, the end token and pads left out; forwards are
 * all of them, those that find lengths included.
 *
 * @param forwards empty where it is not known of all answers
 * @param wallSeconds while answers were waited for, several at once
 * @param workSeconds of all answers one after another
 */
public record AnswerCosts(
        int answers,
        long newTokens,
        OptionalLong forwards,
        long lengthForwards,
        double wallSeconds,
        double workSeconds) {
    /** Reads what {@link AnswerRun} wrote. */
    public static AnswerCosts of(Path samples) {
        Sums sums = new Sums();
        JsonLines.read(samples, line -> {
            ObjectNode row = line.object();
            sums.answers++;
            sums.tokens += row.path("new_tokens").asLong();
            sums.known += row.has("forwards") ? 1 : 0;
            sums.forwards += row.path("forwards").asLong();
            sums.lengths += row.path("length_forwards").asLong();
        });
        JsonLines.read(AnswerRun.times(samples), line -> {
            sums.wall += line.object().path("wall_seconds").asDouble();
            sums.work += line.object().path("seconds").asDouble();
        });
        return new AnswerCosts(
                sums.answers,
                sums.tokens,
                sums.known == sums.answers ? OptionalLong.of(sums.forwards) : OptionalLong.empty(),
                sums.lengths,
                sums.wall,
                sums.work);
    }

    private static final class Sums {
        private int answers;
        private int known;
        private long tokens;
        private long forwards;
        private long lengths;
        private double wall;
        private double work;
    }

    /** Tokens of all answers for each of all forwards; empty where forwards are not known. */
    public OptionalDouble tokensPerForward() {
        return forwards.isPresent() && forwards.getAsLong() > 0
                ? OptionalDouble.of((double) newTokens / forwards.getAsLong())
                : OptionalDouble.empty();
    }

    /** Tokens of answers in a second, several answers at once; 0 when nothing was measured. */
    public double tokensPerSecond() {
        return wallSeconds == 0 ? 0 : newTokens / wallSeconds;
    }

    /** The same of one answer by itself: its tokens for each second of its own work, which others slow down. */
    public double tokensPerSecondOfOne() {
        return workSeconds == 0 ? 0 : newTokens / workSeconds;
    }

    /** For programs. */
    public ObjectNode json() {
        ObjectNode json =
                JsonNodeFactory.instance.objectNode().put("answers", answers).put("new_tokens", newTokens);
        forwards.ifPresent(count -> json.put("forwards", count).put("length_forwards", lengthForwards));
        tokensPerForward().ifPresent(count -> json.put("tokens_per_forward", count));
        return json.put("wall_seconds", wallSeconds)
                .put("tokens_per_second", tokensPerSecond())
                .put("tokens_per_second_of_one", tokensPerSecondOfOne());
    }
}
