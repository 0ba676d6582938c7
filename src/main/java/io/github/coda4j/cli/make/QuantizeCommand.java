package io.github.coda4j.cli.make;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Amounts;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.Progress;
import io.github.coda4j.cli.World;
import io.github.coda4j.model.QuantizedCheckpoint;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code coda quantize}. */
@Command(
        name = "quantize",
        sortOptions = false,
        description = {
            "Make a checkpoint of int8 or 4 bits of a floating one: half or a quarter of the size of bf16.",
            "",
            "In 8 bits products become int8 with one scale per output, the embedding bf16. In 4 bits they",
            "have steps and zeros for every 64 inputs too, output layer and embedding become int8. The",
            "tokenizer is copied.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  coda quantize models/coda-mini --out models/coda-mini-int8",
            "  coda quantize models/coda-mini --bits 4 --out models/coda-mini-int4"
        })
public final class QuantizeCommand implements Callable<Integer> {
    private final World world;
    private final Interrupt interrupt;

    @Parameters(paramLabel = "DIR|ID", description = "Model folder, or the hub id of a model that was pulled.")
    String model;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The folder to write; it appears whole or not at all.")
    Path out;

    @Option(names = "--bits", paramLabel = "8|4", defaultValue = "8", description = "Bits of a weight (default: 8).")
    int bits;

    @Option(names = "--overwrite", description = "Replace an older model in that folder.")
    boolean overwrite;

    public QuantizeCommand(World world, Interrupt interrupt) {
        this.world = world;
        this.interrupt = interrupt;
    }

    @Override
    public Integer call() {
        check(bits == 8 || bits == 4, "--bits must be 8 or 4, got %d", bits);
        WeightFormat format = bits == 8 ? WeightFormat.INT8 : WeightFormat.INT4;
        Path folder = world.modelStore().folder(model);
        interrupt.check();
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            try (Progress progress = Progress.ofBytes(world, "quantize")) {
                QuantizedCheckpoint.write(
                        checkpoint,
                        format,
                        out,
                        (tensor, done, total) -> {
                            interrupt.check();
                            progress.to(done, total, tensor);
                        },
                        overwrite);
            }
            try (CheckpointFolder written = CheckpointFolder.open(out)) {
                world.out()
                        .printf(
                                Locale.ROOT,
                                "%s: %s, %s (was %s)%n",
                                out,
                                format,
                                Amounts.bytes(written.totalBytes()),
                                Amounts.bytes(checkpoint.totalBytes()));
            }
        }
        world.out().println("Next: coda generate --model " + out + " \"...\"");
        return ExitCodes.OK;
    }
}
