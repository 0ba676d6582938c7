package io.github.coda4j.model;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.Checkpoint;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.CheckpointWriter;
import io.github.coda4j.weights.DTypeConversion;
import io.github.coda4j.weights.ProgressListener;
import io.github.coda4j.weights.StoredTensor;
import io.github.coda4j.weights.TensorDeclaration;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes a quantized checkpoint from a floating one, row by row, in little memory. The weight of every product, that is
 * every name ending in {@code _proj.weight} and {@code lm_head.weight}, becomes the tensors that the format says (see
 * {@link Quantization}). {@code lm_head.weight} is always there: in a tied checkpoint it is made from
 * {@code model.embed_tokens.weight}, and {@code tie_word_embeddings} in the config stays as it was. The embedding
 * becomes what the format says, BF16 or quantized too, other tensors stay as they are except that F16 is widened to
 * F32.
 */
public final class QuantizedCheckpoint {
    /** Key of config.json that marks a quantized checkpoint. */
    static final String CONFIG_KEY = "quantization_config";

    private static final long PIECE_BYTES = 16L << 20;

    /** A way to make rows of what is written out of rows of what is read. */
    private interface Conversion {
        /** One segment for each of the step's targets. */
        List<MemorySegment> of(MemorySegment rows, long firstRow, Arena arena);
    }

    /** Tensors to be written and what they come from. */
    private record Step(StoredTensor source, List<TensorDeclaration> targets, Conversion conversion) {}

    private QuantizedCheckpoint() {}

    /**
     * The format that a checkpoint with this config is quantized to; empty where it is floating.
     *
     * @throws CodaException when it is quantized by a method that is not known
     */
    public static Optional<WeightFormat> format(ConfigFile config) {
        if (!config.has(CONFIG_KEY)) {
            return Optional.empty();
        }
        ConfigFile section = config.requireObject(CONFIG_KEY);
        String method = section.requireString("quant_method");
        List<String> known = new ArrayList<>();
        for (WeightFormat format : WeightFormat.ALL) {
            Optional<String> own = format.quantization().map(Quantization::method);
            if (own.isPresent() && own.get().equals(method)) {
                return Optional.of(format);
            }
            own.ifPresent(known::add);
        }
        throw section.invalid(
                "quant_method",
                "\"" + String.join("\" or \"", known) + "\", the only quantized kind"
                        + (known.size() == 1 ? " that is read" : "s that are read"));
    }

    /**
     * Writes the quantized checkpoint with tokenizer files and config. The folder appears whole or not at all; after a
     * failure or a kill a rerun starts cleanly.
     *
     * @param in a floating checkpoint (F32, BF16 or F16)
     * @param format what the products become; not a floating one
     * @param overwrite whether an older model in {@code out} may be replaced
     * @throws CodaException when {@code in} is quantized already, has tensors of other kinds, NaN or infinite weights,
     *     when {@code out} cannot be written
     */
    public static void write(
            CheckpointFolder in, WeightFormat format, Path out, ProgressListener listener, boolean overwrite) {
        write(in, format, out, listener, overwrite, CheckpointWriter.DEFAULT_SHARD_BYTES);
    }

    static void write(
            CheckpointFolder in,
            WeightFormat format,
            Path out,
            ProgressListener listener,
            boolean overwrite,
            long maxShardBytes) {
        Quantization quantization = format.quantization()
                .orElseThrow(() -> new IllegalArgumentException(
                        format + " is floating: only the weights of quantized formats are made of others"));
        if (format(in.config()).isPresent()) {
            throw CodaException.of("%s is quantized already", in.path());
        }
        if (isSame(in.path(), out)) {
            throw CodaException.of("%s cannot be quantized into itself; name another output folder", in.path());
        }
        Checkpoint own = FamilyCheckpoint.of(in);
        List<Step> steps = steps(own, quantization);
        TiedHead.warn(own);
        List<TensorDeclaration> declarations =
                steps.stream().flatMap(step -> step.targets().stream()).toList();
        // Sorted: Map.of has another order in each JVM, and the same model must give the same bytes.
        Map<String, String> said =
                new TreeMap<>(Map.of("quant_method", quantization.method(), "weights", quantization.inWords()));
        ConfigFile config = own.config().with(CONFIG_KEY, said);
        long total = steps.stream().mapToLong(step -> step.source().bytes()).sum();
        try (CheckpointWriter writer = CheckpointWriter.create(out, config, declarations, maxShardBytes, overwrite)) {
            writer.copyCompanions(in.path());
            long done = 0;
            for (Step step : steps) {
                write(own, step, writer, done, total, listener);
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

    private static List<Step> steps(Checkpoint in, Quantization quantization) {
        List<Step> steps = new ArrayList<>();
        for (StoredTensor entry : in.tensors().values()) {
            if (!DTypeConversion.SOURCES.contains(entry.dtype())) {
                throw CodaException.of(
                        "%s: tensor %s is %s, only F32, BF16 and F16 weights can be quantized",
                        in.source(), entry.name(), entry.dtype());
            }
            Optional<QuantizedRows> stored = Parameters.stored(entry.name(), quantization);
            if (stored.isPresent()) {
                steps.add(matrix(entry, entry.name(), stored.get()));
            } else if (entry.name().equals(Parameters.EMBEDDING) || entry.dtype() == DType.BF16) {
                steps.add(floating(entry, DType.BF16));
            } else {
                steps.add(floating(entry, DType.F32));
            }
        }
        if (!in.tensors().containsKey(Parameters.HEAD)) {
            steps.add(matrix(in.tensor(Parameters.EMBEDDING), Parameters.HEAD, quantization.head()));
        }
        return steps;
    }

    private static Step floating(StoredTensor entry, DType target) {
        return new Step(
                entry, List.of(new TensorDeclaration(entry.name(), target, entry.shape())), (rows, _, arena) -> {
                    MemorySegment result =
                            arena.allocate(rows.byteSize() / entry.dtype().bytes() * target.bytes());
                    DTypeConversion.convert(rows, entry.dtype(), result, target);
                    return List.of(result);
                });
    }

    private static Step matrix(StoredTensor entry, String name, QuantizedRows stored) {
        long[] shape = entry.shape();
        if (shape.length != 2 || shape[0] == 0 || shape[1] == 0) {
            throw CodaException.of("a linear weight must have two sizes above 0, got %s", entry);
        }
        return new Step(
                entry,
                stored.tensors(name, shape[0], shape[1]),
                (rows, firstRow, arena) ->
                        stored.quantize(rows, entry.dtype(), shape[1], entry.name(), firstRow, arena));
    }

    private static void write(
            Checkpoint in,
            Step step,
            CheckpointWriter writer,
            long doneBefore,
            long totalBytes,
            ProgressListener listener) {
        StoredTensor source = step.source();
        long[] shape = source.shape();
        long columns = shape.length == 0 ? 1 : shape[shape.length - 1];
        long rows = columns == 0 ? 0 : source.elements() / columns;
        long rowBytes = columns * source.dtype().bytes();
        long rowsAtOnce = Math.max(1, PIECE_BYTES / Math.max(1, rowBytes));
        for (long row = 0; row < rows; row += rowsAtOnce) {
            long count = Math.min(rowsAtOnce, rows - row);
            try (Arena arena = Arena.ofShared()) {
                MemorySegment piece = arena.allocate(count * rowBytes);
                in.read(source.name(), row * rowBytes, piece);
                List<MemorySegment> results = step.conversion().of(piece, row, arena);
                for (int i = 0; i < results.size(); i++) {
                    writer.append(step.targets().get(i).name(), results.get(i));
                }
            }
            listener.progress(step.targets().getFirst().name(), doneBefore + (row + count) * rowBytes, totalBytes);
        }
    }
}
