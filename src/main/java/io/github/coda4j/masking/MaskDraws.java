package io.github.coda4j.masking;

import io.github.coda4j.diffusion.CounterRandom;

/**
 * The random numbers that mask the batch of one step, each named by what it decides, its row in the step's global batch
 * and its position: the order of asking plays no part, so that any world size and any micro-batch draws the same.
 * Uniforms lie in [0, 1).
 */
interface MaskDraws {
    /** S1 when below the prefix probability. */
    double prefix(long row);

    /** S2 when below the truncate probability. */
    double truncate(long row);

    /** How many positions S1 protects, 1 to {@code max}. */
    int prefixLength(long row, int max);

    /** Where S2 begins to pad, 1 to {@code max}. */
    int truncatePosition(long row, int max);

    /** The noise level of a row before it is scaled. */
    double noise(long row);

    /**
     * The same, spread evenly over {@code strata} rows: the first of them draws, the others follow at equal distances,
     * modulo 1.
     */
    default double noise(long row, int strata) {
        long place = row % strata;
        double level = noise(row - place) + (double) place / strata;
        return level < 1 ? level : level - 1;
    }

    /** The noise level of the row's block of that index before it is scaled, where blocks have one each. */
    double blockNoise(long row, int index);

    /**
     * The same, spread evenly over the {@code blocks} of each of {@code strata} rows: the first row draws, modulo 1. A
     * single row's blocks draw for themselves.
     */
    default double blockNoise(long row, int strata, int index, int blocks) {
        if (strata == 1) {
            return blockNoise(row, index);
        }
        long place = row % strata;
        double level = noise(row - place) + ((double) place / strata + index) / blocks;
        return level < 1 ? level : level - 1;
    }

    /** S3 when below the block probability. */
    double block(long row);

    /** Which of {@code count} block sizes a row takes, 0 to {@code count - 1}. */
    int blockSize(long row, int count);

    /** The same, one for all rows. */
    int blockSizeOfAll(int count);

    /** S4 when below the hole probability. */
    double holes(long row);

    /** The number of a row's holes, and their places, lengths and pads, one number each. */
    double hole(long row, int index);

    /** Whether a row's holes are masked whole: below one half. */
    double wholeHoles(long row);

    /** Masks the position, or the window that begins there, when below its probability. */
    double mask(long row, int position);

    /** MaskDraws that depend on the seed and the step alone. */
    static MaskDraws keyed(long seed, long step) {
        return new Keyed(CounterRandom.key(seed, step));
    }

    /** Every draw by its counters. */
    record Keyed(long stepKey) implements MaskDraws {
        private static final int PREFIX = 0;
        private static final int TRUNCATE = 1;
        private static final int PREFIX_LENGTH = 2;
        private static final int TRUNCATE_POSITION = 3;
        private static final int NOISE = 4;
        private static final int BLOCK = 5;
        private static final int BLOCK_SIZE = 6;
        private static final int MASK = 7;
        private static final int HOLES = 8;
        private static final int HOLE = 9;
        private static final int WHOLE_HOLES = 10;
        private static final int BLOCK_NOISE = 11;
        /** Stands for all rows where a row is named. */
        private static final long ALL_ROWS = -1;

        @Override
        public double prefix(long row) {
            return uniform(row, PREFIX);
        }

        @Override
        public double truncate(long row) {
            return uniform(row, TRUNCATE);
        }

        @Override
        public int prefixLength(long row, int max) {
            return 1 + (int) (uniform(row, PREFIX_LENGTH) * max);
        }

        @Override
        public int truncatePosition(long row, int max) {
            return 1 + (int) (uniform(row, TRUNCATE_POSITION) * max);
        }

        @Override
        public double noise(long row) {
            return uniform(row, NOISE);
        }

        @Override
        public double blockNoise(long row, int index) {
            return uniform(row, BLOCK_NOISE, index);
        }

        @Override
        public double block(long row) {
            return uniform(row, BLOCK);
        }

        @Override
        public int blockSize(long row, int count) {
            return (int) (uniform(row, BLOCK_SIZE) * count);
        }

        @Override
        public int blockSizeOfAll(int count) {
            return blockSize(ALL_ROWS, count);
        }

        @Override
        public double holes(long row) {
            return uniform(row, HOLES);
        }

        @Override
        public double hole(long row, int index) {
            return uniform(row, HOLE, index);
        }

        @Override
        public double wholeHoles(long row) {
            return uniform(row, WHOLE_HOLES);
        }

        @Override
        public double mask(long row, int position) {
            return uniform(row, MASK, position);
        }

        private double uniform(long row, int kind, int index) {
            return CounterRandom.uniform(CounterRandom.key(CounterRandom.key(stepKey, row), kind), index);
        }

        private double uniform(long row, int kind) {
            return CounterRandom.uniform(CounterRandom.key(stepKey, row), kind);
        }
    }
}
