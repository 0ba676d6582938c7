package io.github.coda4j.cli.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.files.Json;
import io.github.coda4j.model.ModelConfig;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A batch to train on as JSON: {@code input_ids} and {@code noisy_ids}, lists of rows of equal length, {@code sigma},
 * one noise level per row, and {@code segments} (document of each position, from 0) where a row holds more than one
 * document. What is masked counts, but the first position of a row.
 */
final class TrainingCase {
    private TrainingCase() {}

    /** @throws CodaException naming what the file lacks or holds too much */
    static MaskedBatch read(Path file, ModelConfig config) {
        JsonNode json = Json.read(file);
        int[][] ids = rows(file, json, "input_ids", config.vocabSize());
        int[][] noisy = rows(file, json, "noisy_ids", config.vocabSize());
        int[][] segments = json.hasNonNull("segments")
                ? rows(file, json, "segments", Integer.MAX_VALUE)
                : new int[ids.length][ids[0].length];
        float[] weights = weights(file, json);
        try {
            return new MaskedBatch(noisy, targets(ids, noisy, config), segments, weights);
        } catch (IllegalArgumentException e) {
            throw new CodaException(file + ": " + e.getMessage(), e);
        }
    }

    private static int[][] targets(int[][] ids, int[][] noisy, ModelConfig config) {
        int first = config.alignment().predictsFirst() ? 0 : 1;
        int[][] targets = new int[ids.length][];
        for (int b = 0; b < ids.length; b++) {
            targets[b] = new int[ids[b].length];
            Arrays.fill(targets[b], MaskedBatch.NOT_COUNTED);
            for (int i = first; i < Math.min(ids[b].length, b < noisy.length ? noisy[b].length : 0); i++) {
                if (noisy[b][i] == config.maskId()) {
                    targets[b][i] = ids[b][i];
                }
            }
        }
        return targets;
    }

    private static int[][] rows(Path file, JsonNode json, String key, int limit) {
        JsonNode array = json.path(key);
        if (!array.isArray()
                || array.isEmpty()
                || !array.get(0).isArray()
                || array.get(0).isEmpty()) {
            throw CodaException.of("%s must hold \"%s\": a list of rows of ids", file, key);
        }
        int[][] rows = new int[array.size()][];
        for (int b = 0; b < rows.length; b++) {
            rows[b] = new int[array.get(b).size()];
            for (int i = 0; i < rows[b].length; i++) {
                JsonNode id = array.get(b).get(i);
                if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0 || id.intValue() >= limit) {
                    throw CodaException.of(
                            "%s: %s[%d][%d] is %s, expected a whole number in [0, %d)", file, key, b, i, id, limit);
                }
                rows[b][i] = id.intValue();
            }
        }
        return rows;
    }

    private static float[] weights(Path file, JsonNode json) {
        JsonNode sigma = json.path("sigma");
        if (!sigma.isArray()) {
            throw CodaException.of("%s must hold \"sigma\": a list with the noise level of each row", file);
        }
        float[] weights = new float[sigma.size()];
        for (int b = 0; b < weights.length; b++) {
            double level = sigma.get(b).asDouble(Double.NaN);
            if (!(level > 0 && level <= 1)) {
                throw CodaException.of("%s: sigma[%d] is %s, expected a number in (0, 1]", file, b, sigma.get(b));
            }
            weights[b] = 1f / (float) level;
        }
        return weights;
    }
}
