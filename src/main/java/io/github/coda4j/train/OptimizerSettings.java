package io.github.coda4j.train;

import io.github.coda4j.model.training.ParameterStore;
import java.util.List;

/** Which optimizer and its numbers. Settings of equal numbers are equal: take a record. */
public interface OptimizerSettings {
    /** How parameters are divided over ranks so that each can update its own. */
    ParameterShards shards(ParameterStore parameters, int worldSize);

    /** The optimizer of one rank, for its own parameters. */
    Optimizer open(ParameterStore parameters, ParameterShards shards, int rank);

    /** All tensors that the optimizers of all ranks remember together. */
    List<StateTensor> state(ParameterStore parameters, ParameterShards shards);

    /** Elements of all these tensors: how many 32-bit numbers the optimizer remembers. */
    default long stateElements(ParameterStore parameters) {
        return state(parameters, shards(parameters, 1)).stream()
                .mapToLong(StateTensor::size)
                .sum();
    }

    /**
     * A tensor of the whole state.
     *
     * @param name as in {@link Optimizer#state}
     * @param size its elements; it is flat
     * @param bounds rank r holds elements [bounds[r], bounds[r + 1])
     */
    record StateTensor(String name, long size, long[] bounds) {
        /** One that a single rank holds. */
        public static StateTensor of(String name, long size, int owner, int worldSize) {
            long[] bounds = new long[worldSize + 1];
            for (int r = owner + 1; r <= worldSize; r++) {
                bounds[r] = size;
            }
            return new StateTensor(name, size, bounds);
        }

        /** Elements that a rank holds. */
        public long size(int rank) {
            return bounds[rank + 1] - bounds[rank];
        }
    }
}
