package io.github.coda4j.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.Json;
import java.nio.file.Path;
import java.util.Locale;

/** Writes down the batch at which training broke, so that the step can be looked into. */
final class BadBatch {
    private BadBatch() {}

    /**
     * Writes {@code bad-batch-step-0000123-rank-0.json} with the rows before and after masking, and returns its path.
     */
    static Path write(Path folder, StepBatch batch, int rank) {
        Path file =
                folder.resolve(String.format(Locale.ROOT, "bad-batch-step-%07d-rank-%d.json", batch.step() + 1, rank));
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("step", batch.step() + 1)
                .put("cursor", batch.cursor())
                .put("rank", rank);
        json.set("input_ids", Json.of(batch.packed().ids()));
        json.set("maskable", Json.of(batch.packed().maskable()));
        json.set("segments", Json.of(batch.masked().segments()));
        json.set("noisy_ids", Json.of(batch.masked().noisyIds()));
        json.set("targets", Json.of(batch.masked().targets()));
        json.set("weights", Json.of(batch.masked().weights()));
        json.set("factors", Json.of(batch.masked().factors()));
        AtomicFiles.writeText(file, Json.compact(json) + "\n");
        return file;
    }
}
