package io.github.coda4j.generate.length;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.ConfigFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A checkpoint's {@link LengthBias} and what it was fitted to, kept beside the weights in {@value #FILE}. The file
 * names the checkpoint by its fingerprint and is refused beside another one.
 *
 * @param checkpoint the fingerprint of its weights
 * @param bias the curve
 * @param places how many places in code the means are over
 * @param lengths those that were measured
 * @param means the mean confidence in an empty hole of each length
 * @param ceiling up to how many masks pads say how long a hole is; empty where they do not
 */
public record LengthCalibration(
        String checkpoint,
        LengthBias bias,
        int places,
        List<Integer> lengths,
        List<Double> means,
        OptionalInt ceiling) {
    /** The file's name. */
    public static final String FILE = "length.json";

    private static final String FORMAT = "coda4j-length-1";
    private static final List<String> KEYS =
            List.of("format", "checkpoint", "bias", "places", "lengths", "means", "ceiling");
    private static final List<String> BIAS_KEYS = List.of("fast", "fast_rate", "slow", "slow_rate", "floor");

    public LengthCalibration {
        lengths = List.copyOf(lengths);
        means = List.copyOf(means);
    }

    /**
     * The calibration of a model folder; empty when it has none.
     *
     * @param fingerprint of the folder's weights
     * @throws CodaException when the file is broken, or of another checkpoint
     */
    public static Optional<LengthCalibration> read(Path folder, String fingerprint) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        ConfigFile root = ConfigFile.read(file);
        root.refuseKeysOtherThan(KEYS);
        if (!root.requireString("format").equals(FORMAT)) {
            throw root.invalid("format", FORMAT);
        }
        String checkpoint = root.requireString("checkpoint");
        if (!checkpoint.equals(fingerprint)) {
            throw CodaException.of(
                    "%s is of another checkpoint (%s, the weights here are %s): make one with `coda calibrate length "
                            + "--model %s`, or remove it",
                    file, shortened(checkpoint), shortened(fingerprint), folder);
        }
        return Optional.of(new LengthCalibration(
                checkpoint,
                bias(root.requireObject("bias"), file),
                root.requireInt("places"),
                root.requireInts("lengths"),
                root.requireDoubles("means"),
                root.optionalInt("ceiling")));
    }

    private static LengthBias bias(ConfigFile bias, Path file) {
        bias.refuseKeysOtherThan(BIAS_KEYS);
        try {
            return new LengthBias(
                    bias.requireDouble("fast"),
                    bias.requireDouble("fast_rate"),
                    bias.requireDouble("slow"),
                    bias.requireDouble("slow_rate"),
                    bias.requireDouble("floor"));
        } catch (IllegalArgumentException e) {
            throw new CodaException(file + ": " + e.getMessage(), e);
        }
    }

    private static String shortened(String fingerprint) {
        return fingerprint.substring(0, Math.min(12, fingerprint.length()));
    }

    /**
     * Writes the file, in place of an older one.
     *
     * @return the file
     * @throws CodaException when it cannot be written
     */
    public Path write(Path folder) {
        Map<String, Object> curve = new LinkedHashMap<>();
        curve.put("fast", bias.fast());
        curve.put("fast_rate", bias.fastRate());
        curve.put("slow", bias.slow());
        curve.put("slow_rate", bias.slowRate());
        curve.put("floor", bias.floor());
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("format", FORMAT);
        root.put("checkpoint", checkpoint);
        root.put("bias", curve);
        root.put("places", places);
        root.put("lengths", lengths);
        root.put("means", means);
        ceiling.ifPresent(masks -> root.put("ceiling", masks));
        Path file = folder.resolve(FILE);
        AtomicFiles.writeText(file, ConfigFile.of(root, FILE).json() + "\n");
        return file;
    }
}
