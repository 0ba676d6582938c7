package io.github.coda4j.hlo.coda;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.hlo.ElementType;
import io.github.coda4j.hlo.Layout;
import io.github.coda4j.hlo.Loop;
import io.github.coda4j.hlo.Program;
import io.github.coda4j.hlo.TensorType;
import io.github.coda4j.hlo.Value;
import io.github.coda4j.model.ModelConfig;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The model's forward as a program, on one device: the logits of all positions, or the proposals of some.
 *
 * <p>Arguments, in this order: {@code ids} and {@code segments}, I32 [rows, length]; where attention is block-causal,
 * {@code blocks}, I32 [rows, length], the number of each position's block, ascending; for proposals {@code wanted}, I32
 * [rows, wanted], numbers of output rows in [0, length); {@code cos} and {@code sin} ({@link RotaryTables});
 * parameters. Positions see those of the same segment: a sequence that is shorter than a row is filled up with
 * positions of another segment.
 */
public final class ForwardStep {
    // B rows, T positions, W wanted rows of output, P pieces, V vocabulary

    public static final String LOGITS = "logits";
    /** The best token; of equally good ones the one with the smallest id. I32 [rows, wanted]. */
    public static final String TOKENS = "tokens";
    /** Its probability, [rows, wanted]. */
    public static final String PROBABILITY = "probability";
    /** Its probability minus that of the second best token, [rows, wanted]. */
    public static final String MARGIN = "margin";
    /** Sum over tokens of p * log(p + 1e-10): 0 is certain. [rows, wanted]. */
    public static final String NEGATIVE_ENTROPY = "negative_entropy";

    static final String IDS = "ids";
    static final String BLOCKS = "blocks";
    static final String WANTED = "wanted";
    private static final double LEAST = 1e-10;

    private final Program program;
    private final List<Stacked> parameters;

    private ForwardStep(Program program, List<Stacked> parameters) {
        this.program = program;
        this.parameters = parameters;
    }

    /**
     * The logits of all positions, {@link #LOGITS}, [rows, length, vocabulary], one output row per position.
     *
     * @param ownHead whether the output layer is a parameter of its own
     */
    public static ForwardStep logits(ModelConfig config, boolean ownHead, StepShape shape, Products products) {
        Draft draft = new Draft(config, ownHead, shape, products, 0);
        draft.builder.result(LOGITS, draft.model.logits(draft.hidden()), Layout.REPLICATED);
        return draft.step();
    }

    /**
     * A decode step without a cache: what some rows of output propose, greedily: {@link #TOKENS}, {@link #PROBABILITY},
     * {@link #MARGIN} and {@link #NEGATIVE_ENTROPY}. Which row proposes which position is the caller's business.
     *
     * @param ownHead whether the output layer is a parameter of its own
     * @param wanted output rows of each sequence that are asked, at least 1
     */
    public static ForwardStep proposals(
            ModelConfig config, boolean ownHead, StepShape shape, Products products, int wanted) {
        check(
                wanted >= 1 && wanted <= shape.length(),
                "wanted rows must be in [1, %d], got %d",
                shape.length(),
                wanted);
        Draft draft = new Draft(config, ownHead, shape, products, wanted);
        draft.propose();
        return draft.step();
    }

    public Program program() {
        return program;
    }

    /** The arguments that are parameters, in order. */
    public List<Stacked> parameters() {
        return parameters;
    }

    /** The arguments and the model over them. */
    private static final class Draft {
        private final Program.Builder builder = new Program.Builder(Program.Devices.ONE);
        private final StepShape shape;
        private final List<Stacked> parameters;
        private final Value ids;
        private final Sight sight;
        private final Optional<Value> wanted;
        private final Angles angles;
        private final Transformer model;

        Draft(ModelConfig config, boolean ownHead, StepShape shape, Products products, int wantedRows) {
            this.shape = shape;
            TensorType type = TensorType.of(ElementType.I32, shape.rows(), shape.length());
            this.ids = builder.argument(IDS, type, Layout.REPLICATED);
            Value segments = builder.argument(Batch.SEGMENTS, type, Layout.REPLICATED);
            Optional<Value> blocks = config.kind().blocks().map(_ -> builder.argument(BLOCKS, type, Layout.REPLICATED));
            this.sight = new Sight(segments, blocks);
            this.wanted = wantedRows == 0
                    ? Optional.empty()
                    : Optional.of(builder.argument(
                            WANTED, TensorType.of(ElementType.I32, shape.rows(), wantedRows), Layout.REPLICATED));
            this.angles = Batch.angles(builder, config, shape.length(), products);
            this.parameters = ParameterTable.of(config, ownHead, products.floats(), Distribution.ONE);
            Weights weights = Weights.arguments(builder, parameters, products, Distribution.ONE);
            this.model = new Transformer(config, ownHead, products, weights, shape.queries(), 1);
        }

        ForwardStep step() {
            return new ForwardStep(builder.build(), parameters);
        }

        Value hidden() {
            return model.hidden(ids, sight, angles); // [B, T, D]
        }

        void propose() {
            Value hidden = hidden();
            int width = hidden.type().extent(2);
            Value asked = wanted.orElseThrow(); // [B, W]
            int rows = shape.rows();
            int count = asked.type().extent(1);
            Value first = Value.iota(asked.type(), 0).times(asked.filled(shape.length()));
            Value found = hidden.reshape(rows * shape.length(), width)
                    .rows(asked.plus(first).reshape(rows * count))
                    .reshape(rows, count, width); // [B, W, D]
            int piece = StepShape.piece(count, shape.positions());
            List<Value> proposed =
                    Loop.map(List.of(Pieces.of(found, piece)), own -> reduced(model.logits(own.getFirst())));
            List<String> names = List.of(TOKENS, PROBABILITY, MARGIN, NEGATIVE_ENTROPY);
            for (int i = 0; i < names.size(); i++) {
                builder.result(names.get(i), Pieces.joined(proposed.get(i)), Layout.REPLICATED);
            }
        }
    }

    /** Of logits [.., V]: token, probability, margin and negative entropy, [..] each. */
    private static List<Value> reduced(Value logits) {
        List<Integer> shape = logits.type().shape();
        int last = shape.size() - 1;
        int[] others = IntStream.range(0, last).toArray();
        Value best = logits.maximum(last);
        Value all = best.broadcast(shape, others);
        TensorType numbers = new TensorType(ElementType.I32, shape);
        Value id = Value.iota(numbers, last);
        Value token = logits.equalTo(all).choose(id, id.filled(shape.get(last))).minimum(last);
        Value isToken = id.equalTo(token.broadcast(shape, others));
        Value second =
                isToken.choose(logits.filled(Double.NEGATIVE_INFINITY), logits).maximum(last);
        Value shares = logits.minus(all).exp();
        Value total = shares.sum(last);
        Value one = total.filled(1);
        Value probabilities = shares.dividedBy(total.broadcast(shape, others));
        Value entropy = probabilities.times(probabilities.plus(LEAST).log()).sum(last);
        Value margin = one.minus(second.minus(best).exp()).dividedBy(total);
        return List.of(token, one.dividedBy(total), margin, entropy);
    }
}
