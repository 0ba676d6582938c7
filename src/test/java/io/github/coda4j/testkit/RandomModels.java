package io.github.coda4j.testkit;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.ModelKind;
import io.github.coda4j.model.ModelKind.Bias;
import io.github.coda4j.model.Parameters;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.CheckpointWriter;
import io.github.coda4j.weights.TensorDeclaration;
import io.github.coda4j.weights.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** Small models of every kind, with random numbers in every tensor: no norm is 1 and no bias 0. */
public final class RandomModels {
    private RandomModels() {}

    /** Every kind that the data can describe. */
    public static List<ModelKind> kinds() {
        List<ModelKind> kinds = new ArrayList<>();
        for (boolean qkNorm : new boolean[] {true, false}) {
            for (Bias bias : Bias.values()) {
                for (Alignment alignment : Alignment.values()) {
                    kinds.add(kind(qkNorm, bias, alignment));
                }
            }
        }
        return kinds;
    }

    public static ModelKind kind(boolean qkNorm, Bias bias, Alignment alignment) {
        ModelKind coda = ModelKind.CODA;
        return new ModelKind(coda.modelType(), coda.architecture(), qkNorm, bias, alignment, coda.blocks());
    }

    /** Two layers of awkward sizes; ids from 5 on are no special tokens. */
    public static ModelConfig config(ModelKind kind) {
        return new ModelConfig(
                139, 48, 2, 6, 2, 12, 80, 1e4, 1e-6, 256, kind, false, 0.02, 4, OptionalInt.of(0), List.of(1));
    }

    /** Writes a checkpoint folder in 32-bit floats; the same config and seed always give the same numbers. */
    public static Path write(ModelConfig config, long seed, Path folder) {
        List<TensorSpec> specs = Parameters.of(config, !config.tiedHead());
        List<TensorDeclaration> tensors = specs.stream()
                .map(spec -> new TensorDeclaration(spec.name(), DType.F32, spec.shape()))
                .toList();
        SplittableRandom random = new SplittableRandom(seed);
        try (CheckpointWriter writer = CheckpointWriter.create(
                        folder, config.toFile(DType.F32), tensors, CheckpointWriter.DEFAULT_SHARD_BYTES, false);
                Arena arena = Arena.ofConfined()) {
            for (TensorDeclaration tensor : tensors) {
                float[] values = values(tensor, random);
                writer.append(tensor.name(), arena.allocateFrom(ValueLayout.JAVA_FLOAT, values));
            }
            writer.finish();
        }
        return folder;
    }

    private static float[] values(TensorDeclaration tensor, SplittableRandom random) {
        float[] values = new float[(int) (tensor.bytes() / Float.BYTES)];
        boolean isNorm = tensor.name().endsWith("norm.weight");
        boolean isProduct = tensor.name().endsWith("proj.weight");
        double scale = isNorm ? 0.4 : isProduct ? 1.5 / Math.sqrt(tensor.shape()[1]) : 0.7;
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (scale * random.nextGaussian() + (isNorm ? 1 : 0));
        }
        return values;
    }
}
