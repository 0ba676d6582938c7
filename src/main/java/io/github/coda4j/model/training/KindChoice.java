package io.github.coda4j.model.training;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.model.ModelKind;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an autoregressive model is made into.
 *
 * @param type a model_type whose layer is that of the model; empty for the one of its layer with shifted rows: CoDA, or
 *     qwen2
 * @param block positions of the blocks of block-causal attention; empty for what the type has
 * @param alignment which output row is to propose which position; empty for what the type has
 */
public record KindChoice(Optional<String> type, OptionalInt block, Optional<Alignment> alignment) {
    /** As it is, its rows shifted. */
    public static final KindChoice OWN = new KindChoice(Optional.empty(), OptionalInt.empty(), Optional.empty());

    /** The kind of that model_type as it is. */
    public static KindChoice of(String type) {
        return new KindChoice(Optional.of(type), OptionalInt.empty(), Optional.empty());
    }

    /**
     * The kind that a model of these layers becomes.
     *
     * @throws IllegalArgumentException when there is no such kind, its layer is another, it has no blocks, or it has
     *     some and nobody says how long they are
     */
    ModelKind from(ModelKind layers) {
        ModelKind kind = type.map(name -> ModelKind.of(name, layers)).orElse(layers);
        if (block.isPresent()) {
            kind = kind.withBlocks(block.getAsInt());
        }
        check(
                !kind.lacksBlocks(),
                "a model of model_type \"%s\" has block-causal attention: say how many positions a block has, with"
                        + " --attention-block N",
                kind.modelType());
        return alignment.map(kind::withAlignment).orElse(kind);
    }
}
