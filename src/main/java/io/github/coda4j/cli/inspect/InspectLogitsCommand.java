package io.github.coda4j.cli.inspect;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.LoadFlags;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.OutFile;
import io.github.coda4j.cli.World;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.SafetensorsWriter;
import io.github.coda4j.weights.TensorDeclaration;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code coda inspect logits}. */
@Command(
        name = "logits",
        sortOptions = false,
        description = {
            "Write the model's raw output for a sequence of ids: tensor \"logits\", F32 [1, T, V], not shifted.",
            "",
            "Of cases, each with full or block-causal attention, the ids stand beside FILE.json in FILE.safetensors; "
                    + "written is a tensor NAME.logits, F32 [B, T, V], for each.",
            "",
            "The folder needs no tokenizer.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda inspect logits --ids 785,39,1516 --out logits.safetensors"})
final class InspectLogitsCommand implements Callable<Integer> {
    private static final ValueLayout.OfFloat LITTLE_ENDIAN_FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final World world;

    @Mixin
    ModelFlag model;

    @Spec
    CommandSpec command;

    @ArgGroup(multiplicity = "1")
    IdsOrCases what;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The safetensors file to write; an older one is replaced.")
    Path out;

    @Mixin
    LoadFlags load;

    InspectLogitsCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        OutFile.checkRegular(out);
        Path folder = model.folder(world);
        LoadOptions into = load.options(folder, world, LoadFlags.Purpose.COMPARISON);
        if (what.cases.isPresent()) {
            CaseFile.refuseOthers(command);
            LogitsCases cases = LogitsCases.read(what.cases.get());
            try (CheckpointFolder checkpoint = CheckpointFolder.open(folder);
                    Transformer transformer = Transformer.open(checkpoint, cases.told(into))) {
                cases.write(transformer, out);
            }
            return ExitCodes.OK;
        }
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            ModelConfig config = ModelConfig.of(checkpoint, into.told());
            int[] sequence = what.ids(config.vocabSize());
            checkLength(sequence.length, config);
            try (Transformer transformer = Transformer.open(checkpoint, into)) {
                write(transformer.logits(sequence), sequence.length, config.vocabSize());
            }
        }
        return ExitCodes.OK;
    }

    private static void checkLength(int length, ModelConfig config) {
        check(
                length <= config.maxPositions(),
                "--ids has %d ids, the model takes at most %d",
                length,
                config.maxPositions());
        if ((long) length * config.vocabSize() > Integer.MAX_VALUE) {
            throw CodaException.of(
                    "the logits of %d ids over %d tokens are more than one array holds; ask for at most %d ids",
                    length, config.vocabSize(), Integer.MAX_VALUE / config.vocabSize());
        }
    }

    private void write(float[] logits, int length, int vocabSize) {
        TensorDeclaration tensor = new TensorDeclaration("logits", DType.F32, 1, length, vocabSize);
        try (SafetensorsWriter writer =
                        SafetensorsWriter.create(out, List.of(tensor), SafetensorsWriter.PYTORCH_METADATA, true);
                Arena arena = Arena.ofConfined()) {
            MemorySegment row = arena.allocate((long) vocabSize * Float.BYTES);
            for (int i = 0; i < length; i++) {
                MemorySegment.copy(logits, i * vocabSize, row, LITTLE_ENDIAN_FLOAT, 0, vocabSize);
                writer.append(tensor.name(), row);
            }
            writer.finish();
        }
    }
}
