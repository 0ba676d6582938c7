package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.ConfigFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Where a run stands: with the parameters and the optimizer's state all that it needs to go on. There is no generator
 * to store: what is drawn is keyed by seed, step and row.
 *
 * @param step how many optimizer steps were made
 * @param cursor position of the next step's first row in the endless order of sequences
 * @param seed of masks and order
 * @param tokens positions that were trained on so far
 * @param worldSize ranks that wrote it; another number may go on
 * @param heldOut held-out loss of these parameters, where there is held-out data
 * @param bestHeldOut the lowest held-out loss of a checkpoint so far
 * @param bestStep the checkpoint that has it; 0 when there is none
 * @param configHash of the effective config
 */
public record RunState(
        long step,
        long cursor,
        long seed,
        long tokens,
        int worldSize,
        OptionalDouble heldOut,
        OptionalDouble bestHeldOut,
        long bestStep,
        String configHash) {
    static final String FILE = "state.json";
    private static final int FORMAT = 1;

    public RunState {
        check(step >= 0, "a run's step must not be negative, got %d", step);
        check(cursor >= 0, "a run's cursor must not be negative, got %d", cursor);
        check(tokens >= 0, "a run's tokens must not be negative, got %d", tokens);
        check(worldSize > 0, "a run has at least 1 rank, got %d", worldSize);
        check(bestStep >= 0 && bestStep <= step, "the best checkpoint of step %d cannot be step %d", step, bestStep);
    }

    /** The beginning of a run. */
    public static RunState start(long seed, int worldSize, String configHash) {
        return new RunState(0, 0, seed, 0, worldSize, OptionalDouble.empty(), OptionalDouble.empty(), 0, configHash);
    }

    /** After one more step over so many rows and tokens. */
    RunState after(long rows, long stepTokens) {
        return new RunState(
                step + 1,
                cursor + rows,
                seed,
                tokens + stepTokens,
                worldSize,
                OptionalDouble.empty(),
                bestHeldOut,
                bestStep,
                configHash);
    }

    /** With the held-out loss of these parameters, which may be the best one. */
    RunState measured(double loss) {
        boolean best = bestHeldOut.isEmpty() || loss < bestHeldOut.getAsDouble();
        return new RunState(
                step,
                cursor,
                seed,
                tokens,
                worldSize,
                OptionalDouble.of(loss),
                best ? OptionalDouble.of(loss) : bestHeldOut,
                best ? step : bestStep,
                configHash);
    }

    /** The same position for a run with another config or number of ranks. */
    RunState with(int newWorldSize, String newConfigHash) {
        return new RunState(step, cursor, seed, tokens, newWorldSize, heldOut, bestHeldOut, bestStep, newConfigHash);
    }

    void write(Path folder) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("format", FORMAT);
        values.put("step", step);
        values.put("cursor", cursor);
        values.put("seed", seed);
        values.put("tokens", tokens);
        values.put("world_size", worldSize);
        heldOut.ifPresent(loss -> values.put("held_out_loss", loss));
        bestHeldOut.ifPresent(loss -> values.put("best_held_out_loss", loss));
        values.put("best_step", bestStep);
        values.put("config_hash", configHash);
        AtomicFiles.writeText(folder.resolve(FILE), ConfigFile.of(values, FILE).json());
    }

    /**
     * Reads the state of a checkpoint.
     *
     * @throws CodaException when it is not there or not ours
     */
    public static RunState read(Path folder) {
        ConfigFile file = ConfigFile.read(folder.resolve(FILE));
        if (file.requireInt("format") != FORMAT) {
            throw file.invalid("format", FORMAT + ": the checkpoint is of another version of coda4j");
        }
        file.refuseKeysOtherThan(Set.of(
                "format",
                "step",
                "cursor",
                "seed",
                "tokens",
                "world_size",
                "held_out_loss",
                "best_held_out_loss",
                "best_step",
                "config_hash"));
        try {
            return new RunState(
                    file.requireLong("step"),
                    file.requireLong("cursor"),
                    file.requireLong("seed"),
                    file.requireLong("tokens"),
                    file.requireInt("world_size"),
                    file.optionalDouble("held_out_loss"),
                    file.optionalDouble("best_held_out_loss"),
                    file.requireLong("best_step"),
                    file.requireString("config_hash"));
        } catch (IllegalArgumentException e) {
            throw new CodaException(file.source() + ": " + e.getMessage(), e);
        }
    }
}
