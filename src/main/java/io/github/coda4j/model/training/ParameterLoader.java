package io.github.coda4j.model.training;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Parameters;
import io.github.coda4j.model.WeightSource;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.weights.Checkpoint;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/** Where the parameters of a training run come from: a checkpoint, random numbers, or an autoregressive model. */
public final class ParameterLoader {
    /** Vocabularies grow to a multiple of this, so that products cut well. */
    private static final int VOCABULARY_UNIT = 64;

    private ParameterLoader() {}

    /**
     * The parameters of a checkpoint in F32; whether they have an output layer of their own is what the checkpoint has.
     *
     * @throws CodaException naming the tensor or key when it holds no CoDA model, or is quantized
     */
    public static ParameterStore load(Checkpoint checkpoint, Device device) {
        return load(checkpoint, ModelConfig.of(checkpoint), device);
    }

    /**
     * The same for a config that was read from the checkpoint before.
     *
     * @throws CodaException naming what is missing, too much, or of another shape, or when it is quantized
     */
    public static ParameterStore load(Checkpoint checkpoint, ModelConfig config, Device device) {
        WeightSource source = WeightSource.stored(checkpoint, config);
        source.quantized().ifPresent(format -> {
            throw CodaException.of(
                    "%s is quantized to %s, which cannot be trained; start from the model it was made of",
                    checkpoint.source(), format);
        });
        return fill(config, source, device);
    }

    /** Random parameters: the same numbers as {@code coda init} writes in fp32 for the seed. */
    public static ParameterStore random(ModelConfig config, long seed, Device device) {
        return fill(config, WeightSource.random(config, seed), device);
    }

    /**
     * The config that an autoregressive Qwen3 or Qwen2 model gets for diffusion: the same with a mask token, as a kind
     * whose rows are shifted like its own (CoDA's, Open-dCoder's). Where the mask's id lies beyond the vocabulary, that
     * grows to the next multiple of {@value #VOCABULARY_UNIT} rows.
     *
     * @param file its config.json
     * @param maskId an id that no text uses
     * @param padId the padding token, if there is one
     * @throws CodaException when the config is not of such a model, or has a mask token already
     */
    public static ModelConfig autoregressiveConfig(ConfigFile file, int maskId, OptionalInt padId) {
        return autoregressiveConfig(file, maskId, padId, KindChoice.OWN);
    }

    /**
     * The same as a kind that is named.
     *
     * @param kind what it becomes; one whose rows are in place begins further from what it will learn
     * @throws IllegalArgumentException when there is no such kind, its layer is another, or its blocks are not said
     */
    public static ModelConfig autoregressiveConfig(ConfigFile file, int maskId, OptionalInt padId, KindChoice kind) {
        check(maskId >= 0, "the id of the mask token must not be negative, got %d", maskId);
        String type = file.requireString("model_type");
        if (!type.equals("qwen3") && !type.equals("qwen2")) {
            throw file.invalid("model_type", "\"qwen3\" or \"qwen2\" for an autoregressive start");
        }
        if (file.has("mask_token_id")) {
            throw CodaException.of(
                    "%s has a mask_token_id: it is a diffusion model already, start from it as from any checkpoint",
                    file.source());
        }
        ModelConfig read = ModelConfig.ofAutoregressive(file);
        ModelConfig own = read.withKind(kind.from(read.kind()));
        int rows = maskId < own.vocabSize()
                ? own.vocabSize()
                : Math.ceilDiv(maskId + 1, VOCABULARY_UNIT) * VOCABULARY_UNIT;
        return own.withVocabulary(rows, maskId, padId.isPresent() ? padId : own.padId(), own.eosIds());
    }

    /**
     * The parameters of an autoregressive model. It says at each position what comes next, which is what a shifted
     * alignment means too, so that all weights are taken as they are. Rows that the vocabulary grew by are the mean of
     * the others.
     *
     * @param config from {@link #autoregressiveConfig}
     * @throws CodaException naming what is missing, too much, or of another shape
     */
    public static ParameterStore autoregressive(Checkpoint checkpoint, ModelConfig config, Device device) {
        int stored = checkpoint.config().requireInt("vocab_size");
        ModelConfig own = config.withVocabulary(stored, 0, config.padId(), config.eosIds());
        return fill(config, WeightSource.stored(checkpoint, own), device);
    }

    private static ParameterStore fill(ModelConfig config, WeightSource source, Device device) {
        ParameterStore store = ParameterStore.zeros(config, source.headName().equals(Parameters.HEAD), device);
        try (Scope _ = Scope.open()) {
            Map<String, MemorySegment> targets = new LinkedHashMap<>();
            for (ParameterStore.Slice slice : store.slices()) {
                if (device.isCuda()) {
                    fillThroughHost(store, slice, source);
                } else {
                    targets.put(slice.name(), store.value(slice.name()).memory());
                }
            }
            targets.entrySet().parallelStream().forEach(entry -> read(source, entry.getKey(), entry.getValue()));
            return store;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private static void fillThroughHost(ParameterStore store, ParameterStore.Slice slice, WeightSource source) {
        try (Scope _ = Scope.open()) {
            Tensor host = Tensor.empty(DType.F32, Device.CPU, slice.shape());
            read(source, slice.name(), host.memory());
            store.value(slice.name()).assign(host);
        }
    }

    /** Rows that the source does not have become the mean of those that it has. */
    private static void read(WeightSource source, String name, MemorySegment target) {
        long rows = source.shape(name)[0];
        long rowBytes = Float.BYTES * (source.shape(name).length == 1 ? 1 : source.shape(name)[1]);
        MemorySegment stored = target.asSlice(0, rows * rowBytes);
        source.readRows(name, 0, rows, DType.F32, stored);
        if (stored.byteSize() < target.byteSize()) {
            MemorySegment mean = MemorySegment.ofArray(mean(stored, rows, (int) (rowBytes / Float.BYTES)));
            for (long at = stored.byteSize(); at < target.byteSize(); at += rowBytes) {
                MemorySegment.copy(mean, 0, target, at, rowBytes);
            }
        }
    }

    private static float[] mean(MemorySegment rows, long count, int width) {
        double[] sums = new double[width];
        for (long row = 0; row < count; row++) {
            for (int i = 0; i < width; i++) {
                sums[i] += rows.getAtIndex(ValueLayout.JAVA_FLOAT, row * width + i);
            }
        }
        float[] mean = new float[width];
        for (int i = 0; i < width; i++) {
            mean[i] = (float) (sums[i] / count);
        }
        return mean;
    }
}
