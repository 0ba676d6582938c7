package io.github.coda4j.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.files.AtomicFiles;
import java.nio.file.Path;
import java.util.Locale;

/** Writes down the batch at which training broke, so that the step can be looked into. */
final class BadBatch {
    private static final ObjectMapper JSON = new ObjectMapper();

    private BadBatch() {}

    /**
     * Writes {@code bad-batch-step-0000123-rank-0.json} with the rows before and after masking, and returns its path.
     */
    static Path write(Path folder, StepBatch batch, int rank) {
        Path file =
                folder.resolve(String.format(Locale.ROOT, "bad-batch-step-%07d-rank-%d.json", batch.step() + 1, rank));
        ObjectNode json = JSON.createObjectNode()
                .put("step", batch.step() + 1)
                .put("cursor", batch.cursor())
                .put("rank", rank);
        json.set("input_ids", JSON.valueToTree(batch.packed().ids()));
        json.set("maskable", JSON.valueToTree(batch.packed().maskable()));
        json.set("segments", JSON.valueToTree(batch.masked().segments()));
        json.set("noisy_ids", JSON.valueToTree(batch.masked().noisyIds()));
        json.set("targets", JSON.valueToTree(batch.masked().targets()));
        json.set("weights", JSON.valueToTree(batch.masked().weights()));
        AtomicFiles.writeText(file, json + "\n");
        return file;
    }
}
