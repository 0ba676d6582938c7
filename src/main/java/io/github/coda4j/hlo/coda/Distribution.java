package io.github.coda4j.hlo.coda;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import io.github.coda4j.hlo.Program;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * How a program is spread over devices, each of which has its own rows.
 *
 * @param devices how many, at least 1; exactly 1 for {@link Kind#ONE}
 */
public record Distribution(Kind kind, int devices) {
    /** Who has which parameters, and who says so. */
    public enum Kind {
        /** There is one device. */
        ONE,
        /** Every device has all parameters; gradients are summed. Written out as collectives. */
        DATA_PARALLEL,
        /**
         * Every device has a part of each matrix, which it gathers when it is needed (Rajbhandari et al. 2020, ZeRO
         * stage 3); small vectors are everywhere. Written out as collectives.
         */
        FSDP,
        /** The same parts, norms too, left to XLA's partitioner: the program is of whole tensors with annotations. */
        GSPMD,
        /** The same in Shardy's words. */
        SHARDY;

        /** Whether parameters lie in parts. */
        boolean cutsParameters() {
            return this == FSDP || annotates();
        }

        /** Whether a partitioner does the work. */
        public boolean annotates() {
            return this == GSPMD || this == SHARDY;
        }
    }

    /** Of these the inputs are cut, [outputs, inputs], as in the original's pre-training; of others the outputs. */
    private static final Set<String> CUT_BY_INPUTS =
            Set.of("self_attn.k_proj.weight", "self_attn.v_proj.weight", "mlp.down_proj.weight");

    public static final Distribution ONE = new Distribution(Kind.ONE, 1);

    public Distribution {
        requireNonNull(kind, "kind is null");
        check(devices >= 1, "devices must be at least 1, got %d", devices);
        check(kind != Kind.ONE || devices == 1, "%d devices need a way to share: data_parallel, fsdp, ..", devices);
    }

    /**
     * Which dimension of a parameter lies in parts, one on each device; empty where all of it is on every device. A
     * matrix whose usual dimension has no equal parts, as the vocabulary of 151,936 among 512, is cut along the other.
     *
     * @param name as in a checkpoint
     * @param shape [outputs, inputs], or [width] of a vector
     */
    public OptionalInt cutDimension(String name, long[] shape) {
        boolean vector = shape.length == 1;
        if (!kind.cutsParameters() || devices == 1 || name.endsWith(".bias") || vector && !kind.annotates()) {
            return OptionalInt.empty();
        }
        int usual = CUT_BY_INPUTS.stream().anyMatch(name::endsWith) ? 1 : 0;
        return IntStream.of(usual, vector ? usual : 1 - usual)
                .filter(dimension -> shape[dimension] % devices == 0)
                .findFirst();
    }

    /** For whom the program is. */
    Program.Devices program() {
        return new Program.Devices(
                switch (kind) {
                    case ONE, DATA_PARALLEL, FSDP -> Program.Sharing.REPLICAS;
                    case GSPMD -> Program.Sharing.GSPMD;
                    case SHARDY -> Program.Sharing.SHARDY;
                },
                devices);
    }

    /** How many run the program, each on its own rows, and tell each other in it. */
    int replicas() {
        return kind.annotates() ? 1 : devices;
    }

    /** How many parts a partitioner makes. */
    int partitions() {
        return kind.annotates() ? devices : 1;
    }
}
