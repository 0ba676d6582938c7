package io.github.coda4j.cli.answer;

import io.github.coda4j.cli.DecodeFlags;
import io.github.coda4j.cli.LoadFlags;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.OpenModel;
import io.github.coda4j.cli.World;
import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.generate.request.ValueSource;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What every command takes that lets a model write: which model, how it is loaded, how it decodes and where it ends.
 */
final class WriterFlags {
    @Mixin
    private ModelFlag model;

    @Mixin
    private LoadFlags load;

    @Mixin
    private DecodeFlags decode;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "End what is generated before this text; may be given several times.")
    private List<String> stop = new ArrayList<>();

    @Option(
            names = "--hole-pads",
            paramLabel = "HOW",
            description = "What <|fim_pad|> does, which models trained with padded holes say where an answer is over: "
                    + "close its hole, or keep it as a token (default: close).")
    private Optional<String> holePads = Optional.empty();

    /**
     * What the flags name, found before anything is loaded.
     *
     * @param folder the model's folder
     * @param load how it is put into memory
     * @param config its shape
     * @param defaults where values come from that no flag gives
     */
    record Source(Path folder, LoadOptions load, ModelConfig config, DecodeDefaults defaults) {
        /**
         * How lengths of holes are found in this checkpoint.
         *
         * @throws io.github.coda4j.CodaException when its calibration is broken or of another checkpoint
         */
        LengthOptions lengths() {
            return CodaModel.lengths(folder);
        }

        OpenModel open(World world) {
            return world.openModel(folder, load);
        }
    }

    Source source(World world) {
        Path folder = model.folder(world);
        LoadOptions options = load.options(folder, world, LoadFlags.Purpose.SPEED);
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            return new Source(
                    folder,
                    options,
                    ModelConfig.of(checkpoint, options.told()),
                    DecodeDefaults.ofCheckpoint(folder, options.told())
                            .behind(ValueSource.environment(world::variable)));
        }
    }

    /** What the flags say, but for which model. */
    Given given() {
        return withStops(decode.given()).with(Parameter.HOLE_PADS, holePads);
    }

    /** The same with the stop strings of the command. */
    Given withStops(Given given) {
        return stop.isEmpty() ? given : given.with(Parameter.STOP, List.copyOf(stop));
    }
}
