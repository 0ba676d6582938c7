package io.github.coda4j.cli.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.diffusion.BlockGrid;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.SafetensorsFile;
import io.github.coda4j.weights.SafetensorsWriter;
import io.github.coda4j.weights.TensorDeclaration;
import io.github.coda4j.weights.TensorEntry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sequences to be run as a file says: {@code cases} with {@code name}, {@code attention} (full where it is not said)
 * and, for block-causal attention, {@code block} and {@code grid_offset}; the ids, I64 [batch, length], stand as
 * {@code NAME.input_ids} in the safetensors file of the same name beside it.
 */
final class LogitsCases {
    // B sequences of a case, T positions, V vocabulary
    private static final ValueLayout.OfLong IDS = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat LOGITS =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final String FULL = "full";

    private final CaseFile file;
    private final List<Case> cases = new ArrayList<>();

    private record Case(String name, int[][] ids, Optional<BlockGrid> grid) {
        String tensor() {
            return name + ".logits";
        }
    }

    private LogitsCases(CaseFile file) {
        this.file = file;
    }

    /** @throws CodaException naming what a file lacks */
    static LogitsCases read(Path path) {
        LogitsCases all = new LogitsCases(CaseFile.read(path));
        String name = path.getFileName().toString().replaceFirst("\\.json$", "") + ".safetensors";
        try (SafetensorsFile tensors = SafetensorsFile.open(path.resolveSibling(name))) {
            for (JsonNode one : all.file.cases()) {
                String own = all.file.text(one, "name");
                all.cases.add(new Case(own, ids(tensors, own + ".input_ids"), all.grid(one)));
            }
        }
        return all;
    }

    private Optional<BlockGrid> grid(JsonNode one) {
        return switch (one.has("attention") ? file.text(one, "attention") : FULL) {
            case FULL -> Optional.empty();
            case "block-causal" ->
                Optional.of(new BlockGrid(file.whole(one, "block", 1), file.whole(one, "grid_offset", 0)));
            default -> throw file.wrong(one, "attention", "\"full\" or \"block-causal\"");
        };
    }

    private static int[][] ids(SafetensorsFile tensors, String name) {
        TensorEntry entry = tensors.entry(name);
        if (entry.dtype() != DType.I64 || entry.shape().length != 2 || entry.elements() == 0) {
            throw CodaException.of("%s: %s must be I64 [batch, length]", tensors.path(), name);
        }
        int[][] ids = new int[(int) entry.shape()[0]][(int) entry.shape()[1]];
        MemorySegment data = tensors.data(entry);
        for (int b = 0; b < ids.length; b++) {
            for (int t = 0; t < ids[b].length; t++) {
                long id = data.get(IDS, ((long) b * ids[b].length + t) * Long.BYTES);
                if (id < 0 || id > Integer.MAX_VALUE) {
                    throw CodaException.of("%s: %s[%d][%d] is %d, which is no id", tensors.path(), name, b, t, id);
                }
                ids[b][t] = (int) id;
            }
        }
        return ids;
    }

    /** How to load the model, with what the file says of it. */
    LoadOptions told(LoadOptions load) {
        int block = file.root().path("block").asInt(0);
        return file.told(load, block > 0 ? Optional.of(block) : Optional.empty());
    }

    /** Runs all of them and writes their logits, F32 [B, T, V], as {@code NAME.logits}. */
    void write(Transformer transformer, Path out) {
        int vocabSize = transformer.vocabSize();
        List<TensorDeclaration> tensors = cases.stream()
                .map(one -> new TensorDeclaration(
                        one.tensor(), DType.F32, one.ids().length, one.ids()[0].length, vocabSize))
                .toList();
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(out, tensors, SafetensorsWriter.PYTORCH_METADATA, true)) {
            for (Case one : cases) {
                for (int[] ids : one.ids()) {
                    append(
                            writer,
                            one.tensor(),
                            one.grid()
                                    .map(grid -> transformer.logits(ids, grid))
                                    .orElseGet(() -> transformer.logits(ids)));
                }
            }
            writer.finish();
        }
    }

    private static void append(SafetensorsWriter writer, String tensor, float[] logits) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment rows = arena.allocate((long) logits.length * Float.BYTES);
            MemorySegment.copy(logits, 0, rows, LOGITS, 0, logits.length);
            writer.append(tensor, rows);
        }
    }
}
