package io.github.coda4j.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.Json;
import io.github.coda4j.files.TextFiles;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code metrics.jsonl}: one JSON object per line, with {@code "loss"} and more for every step and with
 * {@code "held_out_loss"} for every measurement on held-out data.
 */
public final class MetricsFile implements MetricsSink {
    private final Path file;
    private final BufferedWriter writer;

    private MetricsFile(Path file, BufferedWriter writer) {
        this.file = file;
        this.writer = writer;
    }

    /**
     * Goes on with a file, or begins it. What it says about later steps is removed: they are going to be made again.
     *
     * @param step the last step that counts
     * @throws CodaException when the file cannot be written
     */
    public static MetricsFile after(long step, Path file) {
        try {
            if (Files.exists(file)) {
                StringBuilder kept = new StringBuilder();
                for (JsonNode line : read(file)) {
                    if (line.path("step").asLong() <= step) {
                        kept.append(Json.compact(line)).append('\n');
                    }
                }
                AtomicFiles.writeText(file, kept.toString());
            }
            return new MetricsFile(
                    file, Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    /** All lines; a last one that a killed process left half written is left out. */
    static List<JsonNode> read(Path file) {
        List<JsonNode> lines = new ArrayList<>();
        List<String> texts = TextFiles.read(file).lines().toList();
        for (int i = 0; i < texts.size(); i++) {
            try {
                lines.add(Json.parseObject(texts.get(i), file + " line " + (i + 1)));
            } catch (CodaException e) {
                if (i < texts.size() - 1) {
                    throw e;
                }
            }
        }
        return lines;
    }

    @Override
    public void step(StepMetrics m) {
        append(line(m));
    }

    @Override
    public void heldOut(HeldOutMetrics m) {
        append(line(m));
    }

    /** What the file says about a step. */
    static ObjectNode line(StepMetrics m) {
        ObjectNode line = JsonNodeFactory.instance
                .objectNode()
                .put("step", m.step())
                .put("loss", m.loss())
                .put("elbo", m.elbo())
                .put("masked_cross_entropy", m.maskedCrossEntropy())
                .put("learning_rate", m.learningRate())
                .put("gradient_norm", m.gradientNorm())
                .put("clip_scale", m.clipScale())
                .put("masked", m.masked())
                .put("rows", m.masks().rows())
                .put("prefix_rows", m.masks().prefixRows())
                .put("truncated_rows", m.masks().truncatedRows())
                .put("block_rows", m.masks().blockRows())
                .put("hole_rows", m.masks().holeRows())
                .put("tokens", m.tokens())
                .put("tokens_per_second", m.tokensPerSecond())
                .put("seconds", m.seconds())
                .put("data_wait_seconds", m.waitedSeconds());
        m.peakShare().ifPresent(share -> line.put("mfu", share));
        return line;
    }

    /** What the file says about a measurement. */
    static ObjectNode line(HeldOutMetrics m) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("step", m.step())
                .put("held_out_loss", m.loss())
                .put("held_out_masked_cross_entropy", m.maskedCrossEntropy())
                .put("held_out_masked", m.masked());
    }

    private void append(ObjectNode line) {
        try {
            writer.write(Json.compact(line));
            writer.write('\n');
            writer.flush();
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    private static CodaException cannotWrite(Path file, IOException e) {
        return new CodaException("cannot write " + file + ": " + e.getMessage(), e);
    }
}
