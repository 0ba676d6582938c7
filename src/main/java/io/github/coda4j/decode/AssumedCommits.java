package io.github.coda4j.decode;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.decode.commit.BlockContext;
import io.github.coda4j.decode.commit.CommitPolicy;
import io.github.coda4j.decode.commit.Selector;
import java.util.stream.IntStream;

/**
 * So many tokens a forward, from the left, whatever the model says: what random weights would commit if they were a
 * model that does. Parts of a token are saved up within a block; what a block's end leaves unused is lost, as it is
 * with a real rule.
 *
 * @param perForward at least 1
 */
public record AssumedCommits(double perForward) implements CommitPolicy {
    public AssumedCommits {
        check(
                perForward >= 1 && Double.isFinite(perForward),
                "commits per forward must be at least 1, got %s",
                perForward);
    }

    @Override
    public String name() {
        return "assumed";
    }

    @Override
    public Selector selector(BlockContext block) {
        return (step, candidates) -> {
            int due = (int) Math.floor((step + 1) * perForward) - (int) Math.floor(step * perForward);
            return IntStream.range(0, Math.min(due, candidates.size())).toArray();
        };
    }
}
