package io.github.coda4j.weights;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.tensor.DType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes an int8 checkpoint from a floating one, row by row, in little memory. Every linear weight {@code X.weight} [N,
 * K], that is every name ending in {@code _proj.weight} and {@code lm_head.weight}, becomes {@code X.weight} I8 [N, K]
 * and {@code X.weight_scale} F32 [N] (see {@link Quantizer}). {@code lm_head.weight} is always there: in a tied
 * checkpoint it is made from {@code model.embed_tokens.weight}, and {@code tie_word_embeddings} in the config stays as
 * it was. The embedding becomes BF16, other tensors stay as they are except that F16 is widened to F32.
 */
public final class Int8Checkpoint {
    /** Key of config.json that marks a quantized checkpoint. */
    public static final String CONFIG_KEY = "quantization_config";
    /** Value of its {@code quant_method}. */
    public static final String METHOD = "coda4j-int8";
    /** What follows the name of a quantized weight in the name of its scales. */
    public static final String SCALE_SUFFIX = "_scale";

    static final String HEAD = "lm_head.weight";
    static final String EMBEDDING = "model.embed_tokens.weight";
    private static final long PIECE_BYTES = 16L << 20;

    /** A tensor to be written and where it comes from. */
    private record Step(TensorEntry source, String name, DType target) {
        boolean quantizes() {
            return target == DType.I8;
        }

        List<TensorDeclaration> declarations() {
            TensorDeclaration weight = new TensorDeclaration(name, target, source.shape());
            return quantizes()
                    ? List.of(weight, new TensorDeclaration(name + SCALE_SUFFIX, DType.F32, source.shape()[0]))
                    : List.of(weight);
        }
    }

    private Int8Checkpoint() {}

    /** Whether a tensor of that name is a linear weight, which int8 checkpoints hold quantized. */
    public static boolean isLinearWeight(String name) {
        return name.endsWith("_proj.weight") || name.equals(HEAD);
    }

    /**
     * Whether the config belongs to an int8 checkpoint of this kind.
     *
     * @throws CodaException when it is quantized by another method
     */
    public static boolean isQuantized(ConfigFile config) {
        if (!config.has(CONFIG_KEY)) {
            return false;
        }
        ConfigFile quantization = config.requireObject(CONFIG_KEY);
        if (!quantization.requireString("quant_method").equals(METHOD)) {
            throw quantization.invalid("quant_method", "\"" + METHOD + "\", the only quantized kind that is read");
        }
        return true;
    }

    /**
     * Writes the int8 checkpoint with tokenizer files and config. The folder appears whole or not at all; after a
     * failure or a kill a rerun starts cleanly.
     *
     * @param in a floating checkpoint (F32, BF16 or F16)
     * @param overwrite whether an older model in {@code out} may be replaced
     * @throws CodaException when {@code in} is quantized already, has tensors of other kinds, NaN or infinite weights,
     *     when {@code out} cannot be written
     */
    public static void quantize(CheckpointFolder in, Path out, ProgressListener listener, boolean overwrite) {
        quantize(in, out, listener, overwrite, CheckpointWriter.DEFAULT_SHARD_BYTES);
    }

    static void quantize(
            CheckpointFolder in, Path out, ProgressListener listener, boolean overwrite, long maxShardBytes) {
        if (isQuantized(in.config())) {
            throw CodaException.of("%s is quantized already", in.path());
        }
        if (isSame(in.path(), out)) {
            throw CodaException.of("%s cannot be quantized into itself; name another output folder", in.path());
        }
        List<Step> steps = steps(in);
        TiedHead.warn(in);
        List<TensorDeclaration> declarations =
                steps.stream().flatMap(step -> step.declarations().stream()).toList();
        ConfigFile config = in.config()
                .with(CONFIG_KEY, Map.of("quant_method", METHOD, "weights", "int8 per output channel, symmetric"));
        long total = steps.stream().mapToLong(step -> step.source().bytes()).sum();
        try (CheckpointWriter writer = CheckpointWriter.create(out, config, declarations, maxShardBytes, overwrite)) {
            writer.copyCompanions(in.path());
            long done = 0;
            for (Step step : steps) {
                write(in, step, writer, done, total, listener);
                done += step.source().bytes();
            }
            writer.finish();
        }
    }

    private static boolean isSame(Path in, Path out) {
        try {
            return Files.exists(out) && Files.isSameFile(in, out);
        } catch (IOException e) {
            throw FileProblems.cannot("read", out, e);
        }
    }

    private static List<Step> steps(CheckpointFolder in) {
        List<Step> steps = new ArrayList<>();
        for (TensorEntry entry : in.tensors().values()) {
            if (!DTypeConversion.SOURCES.contains(entry.dtype())) {
                throw CodaException.of(
                        "%s: tensor %s is %s, only F32, BF16 and F16 weights can be quantized",
                        in.path(), entry.name(), entry.dtype());
            }
            if (isLinearWeight(entry.name())) {
                steps.add(linear(entry, entry.name()));
            } else if (entry.name().equals(EMBEDDING) || entry.dtype() == DType.BF16) {
                steps.add(new Step(entry, entry.name(), DType.BF16));
            } else {
                steps.add(new Step(entry, entry.name(), DType.F32));
            }
        }
        if (!in.tensors().containsKey(HEAD)) {
            steps.add(linear(in.tensor(EMBEDDING), HEAD));
        }
        return steps;
    }

    private static Step linear(TensorEntry entry, String name) {
        long[] shape = entry.shape();
        if (shape.length != 2 || shape[0] == 0 || shape[1] == 0) {
            throw CodaException.of("a linear weight must have two sizes above 0, got %s", entry);
        }
        return new Step(entry, name, DType.I8);
    }

    private static void write(
            CheckpointFolder in,
            Step step,
            CheckpointWriter writer,
            long doneBefore,
            long totalBytes,
            ProgressListener listener) {
        TensorEntry source = step.source();
        long[] shape = source.shape();
        long columns = shape.length == 0 ? 1 : shape[shape.length - 1];
        long rows = columns == 0 ? 0 : source.elements() / columns;
        long rowBytes = columns * source.dtype().bytes();
        long rowsAtOnce = Math.max(1, PIECE_BYTES / Math.max(1, rowBytes));
        for (long row = 0; row < rows; row += rowsAtOnce) {
            long count = Math.min(rowsAtOnce, rows - row);
            try (Arena arena = Arena.ofShared()) {
                MemorySegment piece = arena.allocate(count * rowBytes);
                in.read(source, row * rowBytes, piece);
                MemorySegment result =
                        arena.allocate(count * columns * step.target().bytes());
                if (step.quantizes()) {
                    MemorySegment scales = arena.allocate(count * Float.BYTES);
                    Quantizer.quantize(piece, source.dtype(), columns, result, scales, source.name(), row);
                    writer.append(step.name() + SCALE_SUFFIX, scales);
                } else {
                    DTypeConversion.convert(piece, source.dtype(), result, step.target());
                }
                writer.append(step.name(), result);
            }
            listener.progress(step.name(), doneBefore + (row + count) * rowBytes, totalBytes);
        }
    }
}
