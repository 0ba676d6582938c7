package io.github.coda4j.train.memory;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.hlo.coda.Distribution;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Parameters;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.train.Adafactor;
import io.github.coda4j.train.memory.MemoryPlan.Part;
import io.github.coda4j.train.memory.MemoryPlan.Phase;
import io.github.coda4j.weights.TensorSpec;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/**
 * The compiled training step on one chip of a one-dimensional mesh: every matrix, its gradient and the optimizer's
 * numbers for it are cut over all chips; a layer's matrices are gathered when it runs, and again for its backward, and
 * their gradients are summed and cut again right after it. Layers are a loop whose backward computes them again, so
 * that only their inputs are kept; attention runs in pieces of queries, the cross entropy in pieces of rows.
 */
public final class ChipMemory {
    // M packed tokens, T positions of a row, D hidden, N query heads, H head dimension, F MLP width, V vocabulary,
    // L layers, n chips, b bytes of a number in a product

    /**
     * How much is computed at a time.
     *
     * @param queries of which there are scores, at least 1; the row's length or more for all at once
     * @param positions of which there are logits, at least 1
     */
    public record Pieces(int queries, int positions) {
        /** What the training step takes when nobody says so. */
        public static final Pieces DEFAULT = new Pieces(1024, 512);

        public Pieces {
            check(queries >= 1, "queries of a piece must be at least 1, got %d", queries);
            check(positions >= 1, "positions of a piece must be at least 1, got %d", positions);
        }
    }

    private static final String CUT = "4 bytes each, cut over %d chips where that divides them";

    private ChipMemory() {}

    /** The memory of a chip; all layers are always computed again. */
    public static MemoryPlan plan(PlannedRun run, Pieces pieces) {
        run.requireWholeSequences("a chip");
        ModelConfig c = run.config();
        int n = run.devices();
        long parameters = Float.BYTES * shareOf(run);
        long tokens = run.tokens();
        List<Part> kept = List.of(
                part("parameters", parameters, CUT, n),
                part("gradients", parameters, CUT, n),
                part(
                        "optimizer",
                        stateBytes(run),
                        cutsState(run) ? "as its parameters, over %d chips" : "means, counted whole",
                        n),
                part("batch", 4L * Integer.BYTES * tokens, "ids, targets, weights, documents"),
                part("angles", (long) Float.BYTES * run.length() * c.headDim(), "F32 cos and sin [T, H/2]"),
                part(
                        "layer inputs",
                        Float.BYTES * tokens * c.hidden() * (c.layers() + 1),
                        "F32 [M, D], one per layer"));
        return new MemoryPlan(kept, List.of(layer(run, pieces), logits(run, pieces), embedding(run)));
    }

    /** Numbers of the parameters that a chip holds: its part of what is cut, all of what is not. */
    private static long shareOf(PlannedRun run) {
        return Parameters.of(run.config(), !run.config().tiedHead()).stream()
                .mapToLong(spec -> elements(spec) / (isCut(spec, run.devices()) ? run.devices() : 1))
                .sum();
    }

    private static long elements(TensorSpec spec) {
        return LongStream.of(spec.shape()).reduce(1, Math::multiplyExact);
    }

    /** As the training step itself cuts them. */
    private static boolean isCut(TensorSpec spec, int devices) {
        return new Distribution(Distribution.Kind.FSDP, devices)
                .cutDimension(spec.name(), spec.shape())
                .isPresent();
    }

    private static boolean tableIsCut(PlannedRun run) {
        return Parameters.of(run.config(), false).stream()
                .filter(spec -> spec.name().equals(Parameters.EMBEDDING))
                .allMatch(spec -> isCut(spec, run.devices()));
    }

    private static boolean cutsState(PlannedRun run) {
        return !(run.optimizer().orElse(null) instanceof Adafactor.Settings);
    }

    /** In proportion to the parameters that the chip holds; means of rows and columns are counted whole. */
    private static long stateBytes(PlannedRun run) {
        double share = cutsState(run) ? (double) shareOf(run) / run.config().numParameters() : 1;
        return (long) Math.ceil(run.stateBytes() * share);
    }

    /** The backward of a layer, which computes its values first. */
    private static Phase layer(PlannedRun run, Pieces pieces) {
        ModelConfig c = run.config();
        long b = run.productBytes();
        long m = run.tokens();
        long d = c.hidden();
        long queries = Math.min(pieces.queries(), run.length());
        long values = Float.BYTES * m * d // the residual stream between attention and MLP
                + b
                        * m
                        * (2 * d
                                + 2L * c.qkvWidth()
                                + run.queryWidth()) // normed inputs, heads before and after, joined
                + b * m * 3L * c.intermediate(); // gate, up, their product
        long gradients = 2L * Float.BYTES * m * d + b * m * (c.qkvWidth() + 3L * c.intermediate());
        long scores = 3L * Float.BYTES * run.rows() * c.heads() * queries * run.length();
        return new Phase(
                "backward of a layer",
                List.of(
                        part("layer", layerBytes(run) * run.layerWeights(), "rounded and gathered, %d bytes each", b),
                        part("layer gradients", Float.BYTES * run.layerWeights(), "before they are cut, 4 bytes each"),
                        part("values", values, "computed again"),
                        part("value gradients", gradients, "residual stream, heads, MLP"),
                        part("scores", scores, "F32 [N, %d, T]: scores, probabilities, gradients", queries)));
    }

    /** The output layer's forward and backward, piece by piece. */
    private static Phase logits(PlannedRun run, Pieces pieces) {
        long positions = Math.min(pieces.positions(), run.tokens());
        return new Phase(
                "logits",
                List.of(
                        part(
                                "output layer",
                                headBytes(run) * run.tableElements(),
                                "gathered and rounded, %d bytes each",
                                headBytes(run)),
                        part("its gradient", Float.BYTES * run.tableElements(), "of all rows, 4 bytes each"),
                        part(
                                "inputs",
                                Float.BYTES * 2 * run.tokens() * run.config().hidden(),
                                "and their gradients"),
                        part(
                                "piece",
                                3L * Float.BYTES * positions * run.config().vocabSize(),
                                "F32 [%d, V]: logits, probabilities, gradients",
                                positions)));
    }

    /** Bytes of a number of a layer's matrix while it is whole: rounded before it is gathered. */
    private static long layerBytes(PlannedRun run) {
        return run.devices() == 1 && run.products() == DType.F32 ? 0 : run.productBytes();
    }

    /** Of the output layer and the embedding: gathered, and rounded beside that for the product. */
    private static long headBytes(PlannedRun run) {
        return tableBytes(run) + (run.products() == DType.F32 ? 0 : run.productBytes());
    }

    /** A table that is not cut is there anyway. */
    private static long tableBytes(PlannedRun run) {
        return tableIsCut(run) ? Float.BYTES : 0;
    }

    /** The backward of the embedding, which adds rows to a table of gradients. */
    private static Phase embedding(PlannedRun run) {
        return new Phase(
                "embedding",
                List.of(
                        part(
                                "table",
                                tableBytes(run) * run.tableElements(),
                                "gathered, %d bytes each",
                                tableBytes(run)),
                        part("table's gradient", Float.BYTES * run.tableElements(), "of all rows, 4 bytes each"),
                        part(
                                "gradient",
                                Float.BYTES * run.tokens() * run.config().hidden(),
                                "of the residual stream")));
    }

    private static Part part(String name, long bytes, String how, Object... values) {
        return new Part(name, bytes, String.format(Locale.ROOT, how, values));
    }
}
