package io.github.coda4j.model;

import io.github.coda4j.diffusion.CounterRandom;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.DTypeConversion;
import io.github.coda4j.weights.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * The weights of an untrained model: products and embedding from a normal distribution with the config's standard
 * deviation, norms 1, biases 0, the padding row of the embedding 0. Every row has a generator of its own, keyed by
 * seed, tensor and row, so that any row is the same however it is reached.
 */
final class RandomWeights implements WeightSource {
    private final ModelConfig config;
    private final long seed;
    private final Map<String, TensorSpec> specs = new LinkedHashMap<>();

    RandomWeights(ModelConfig config, long seed) {
        this.config = config;
        this.seed = seed;
        Parameters.of(config, !config.tiedHead()).forEach(spec -> specs.put(spec.name(), spec));
    }

    @Override
    public Optional<WeightFormat> quantized() {
        return Optional.empty();
    }

    @Override
    public String headName() {
        return config.tiedHead() ? Parameters.EMBEDDING : Parameters.HEAD;
    }

    @Override
    public long[] shape(String name) {
        return specs.get(name).shape();
    }

    @Override
    public float[] floats(String name) {
        float[] values = new float[(int) shape(name)[0]];
        Arrays.fill(values, name.endsWith(".bias") ? 0 : 1);
        return values;
    }

    @Override
    public void readRows(String name, long first, long count, DType wanted, MemorySegment target) {
        long[] shape = shape(name);
        if (shape.length == 1) {
            MemorySegment floats = MemorySegment.ofArray(floats(name));
            DTypeConversion.convert(floats.asSlice(first * 4, count * 4), DType.F32, target, wanted);
            return;
        }
        int width = (int) shape[1];
        long key = CounterRandom.key(seed, name.hashCode());
        float[] row = new float[width];
        MemorySegment view = MemorySegment.ofArray(row);
        long rowBytes = (long) width * wanted.bytes();
        for (long r = 0; r < count; r++) {
            fill(name, first + r, key, row);
            DTypeConversion.convert(view, DType.F32, target.asSlice(r * rowBytes, rowBytes), wanted);
        }
    }

    /** The same on all cores; the target must be accessible to every thread. */
    void readRowsInParallel(String name, long first, long count, DType wanted, MemorySegment target) {
        long rowBytes = target.byteSize() / count;
        long blocks = Math.min(count, 4L * Runtime.getRuntime().availableProcessors());
        LongStream.range(0, blocks).parallel().forEach(block -> {
            long from = count * block / blocks;
            long to = count * (block + 1) / blocks;
            readRows(name, first + from, to - from, wanted, target.asSlice(from * rowBytes, (to - from) * rowBytes));
        });
    }

    private void fill(String name, long index, long key, float[] row) {
        if (name.equals(Parameters.EMBEDDING)
                && config.padId().isPresent()
                && config.padId().getAsInt() == index) {
            Arrays.fill(row, 0);
            return;
        }
        SplittableRandom random = new SplittableRandom(CounterRandom.key(key, index));
        for (int i = 0; i < row.length; i++) {
            row[i] = (float) (random.nextGaussian() * config.initializerRange());
        }
    }
}
