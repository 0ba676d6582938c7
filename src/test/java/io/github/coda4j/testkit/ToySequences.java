package io.github.coda4j.testkit;

import io.github.coda4j.CodaException;
import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.data.SequenceSource;
import io.github.coda4j.diffusion.CounterRandom;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.masking.AppliedMasks;
import io.github.coda4j.masking.Noised;
import java.util.Arrays;
import java.util.OptionalLong;

/** Made-up sequences, each different, and a way to mask them. */
public final class ToySequences implements SequenceSource {
    private static final int FIRST_ID = 3;
    private static final int MASK = 2;

    private final int length;
    private final int vocabSize;
    private final OptionalLong unreadable;

    public ToySequences(int length, int vocabSize) {
        this(length, vocabSize, OptionalLong.empty());
    }

    /** @param unreadable a position that cannot be read */
    public ToySequences(int length, int vocabSize, OptionalLong unreadable) {
        this.length = length;
        this.vocabSize = vocabSize;
        this.unreadable = unreadable;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public long numSequences() {
        return 50;
    }

    @Override
    public PackedBatch read(long position, int count) {
        int[][] ids = new int[count][length];
        int[][] segments = new int[count][length];
        boolean[][] maskable = new boolean[count][length];
        for (int row = 0; row < count; row++) {
            long at = position + row;
            if (unreadable.isPresent() && unreadable.getAsLong() == at) {
                throw new CodaException("shard 3 changed since its manifest was written");
            }
            for (int i = 0; i < length; i++) {
                ids[row][i] = FIRST_ID + (int) (CounterRandom.uniform(at, i) * (vocabSize - FIRST_ID));
                segments[row][i] = i < length / 2 ? 0 : 1;
                maskable[row][i] = i < length - 1;
            }
        }
        return new PackedBatch(ids, segments, maskable);
    }

    /** Masks half of what may be masked, drawn from seed, step and row. */
    public static Noised mask(PackedBatch batch, long seed, long step, long firstRow) {
        int[][] noisy = new int[batch.rows()][];
        int[][] targets = new int[batch.rows()][batch.length()];
        float[] weights = new float[batch.rows()];
        Arrays.fill(weights, 2);
        for (int row = 0; row < batch.rows(); row++) {
            long key = CounterRandom.key(CounterRandom.key(seed, step), firstRow + row);
            noisy[row] = batch.ids()[row].clone();
            Arrays.fill(targets[row], MaskedBatch.NOT_COUNTED);
            for (int i = 1; i < batch.length(); i++) {
                if (batch.maskable()[row][i] && CounterRandom.uniform(key, i) < 0.5) {
                    targets[row][i] = noisy[row][i];
                    noisy[row][i] = MASK;
                }
            }
        }
        MaskedBatch masked = new MaskedBatch(noisy, targets, batch.segments(), weights);
        return new Noised(masked, new AppliedMasks(batch.rows(), 1, 0, 0, masked.numTargets()));
    }

    @Override
    public void close() {}
}
