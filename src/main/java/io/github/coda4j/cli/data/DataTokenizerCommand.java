package io.github.coda4j.cli.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.World;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda data tokenizer}. */
@Command(
        name = "tokenizer",
        sortOptions = false,
        description = {
            "Train a tokenizer on files of code: byte-level BPE of the Qwen2 kind.",
            "",
            "The folder holds a tokenizer.json that the Hugging Face library loads too. Pad, end and mask are "
                    + "the ids 0, 1 and 2,"
                    + " as in the presets of `coda init`; tokens of chats, of filling in the middle and of "
                    + "tools follow.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda data tokenizer --size 8192 --out models/tok src"})
final class DataTokenizerCommand implements Callable<Integer> {
    private final World world;
    private final Interrupt interrupt;

    @Option(names = "--size", paramLabel = "N", description = "Ids altogether, special ones included (default: 8192).")
    int size = 8192;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The folder to write; it appears whole or not at all.")
    Path out;

    @Option(
            names = "--special",
            paramLabel = "TOKEN",
            description = "A further special token, for example \"<|lang|>\"; may be given several times.")
    List<String> special = new ArrayList<>();

    @Option(
            names = "--sample-mb",
            paramLabel = "N",
            description = "Of a larger corpus, as it lies on the disk, take about so many megabytes, chosen by hash "
                    + "(default: 200).")
    int sampleMegabytes = TokenizerTraining.DEFAULT_SAMPLE_MEGABYTES;

    @Option(names = "--overwrite", description = "Replace an older tokenizer in that folder.")
    boolean overwrite;

    @Mixin
    CorpusFlags corpus;

    @Mixin
    EngineFlags engine;

    DataTokenizerCommand(World world, Interrupt interrupt) {
        this.world = world;
        this.interrupt = interrupt;
    }

    @Override
    public Integer call() {
        check(sampleMegabytes > 0, "--sample-mb must be positive, got %d", sampleMegabytes);
        if (!engine.isLocal()) {
            engine.checkCluster(out);
        }
        new TokenizerTraining(world, interrupt, corpus, engine)
                .run("--size", size, special, sampleMegabytes, out, overwrite);
        world.out().println("Next: coda data tokenize --tokenizer " + out + " --out DIR INPUT...");
        return ExitCodes.OK;
    }
}
