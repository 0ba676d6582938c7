package io.github.coda4j.cli.train;

import io.github.coda4j.cli.CommandGroup;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.World;
import io.github.coda4j.train.Stage;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code coda train}: groups the three stages. */
@Command(
        name = "train",
        description = "Train a model: pretrain on text and code, midtrain with harder masks, sft on instructions.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda train pretrain --config recipes/small/pretrain.yaml --out runs/small/pretrain",
            "  coda train pretrain --config recipes/small/pretrain.yaml --out runs/small/pretrain --resume"
        })
public final class TrainCommand extends CommandGroup {
    private TrainCommand() {}

    public static CommandLine tree(World world, Interrupt interrupt) {
        return new CommandLine(new TrainCommand())
                .addSubcommand(new Pretrain(world, interrupt))
                .addSubcommand(new Midtrain(world, interrupt))
                .addSubcommand(new Sft(world, interrupt));
    }

    /** {@code coda train pretrain}. */
    @Command(
            name = "pretrain",
            sortOptions = false,
            description = {"Train on text and code, from random weights or an autoregressive model.", ""},
            footerHeading = "%nExamples:%n",
            footer = {
                "  coda train pretrain --config recipes/small/pretrain.yaml --out runs/a schedule.steps=2000 "
                        + "schedule.peak=3e-4",
                "  coda train pretrain --config recipes/coda-1.7b/pretrain.yaml --from-ar models/qwen --out runs/b"
            })
    static final class Pretrain extends TrainStageCommand {
        Pretrain(World world, Interrupt interrupt) {
            super(world, interrupt, Stage.PRETRAIN);
        }
    }

    /** {@code coda train midtrain}. */
    @Command(
            name = "midtrain",
            sortOptions = false,
            description = {"Go on with more code, under masks that get harder by a curriculum.", ""},
            footerHeading = "%nExample:%n",
            footer = {
                "  coda train midtrain --config recipes/small/midtrain.yaml --out runs/mid model.from=runs/a/model"
            })
    static final class Midtrain extends TrainStageCommand {
        Midtrain(World world, Interrupt interrupt) {
            super(world, interrupt, Stage.MIDTRAIN);
        }
    }

    /** {@code coda train sft}. */
    @Command(
            name = "sft",
            sortOptions = false,
            description = {"Fine-tune on instructions with answers; only answers are masked.", ""},
            footerHeading = "%nExample:%n",
            footer = {"  coda train sft --config recipes/small/sft.yaml --out runs/sft model.from=runs/mid/model"})
    static final class Sft extends TrainStageCommand {
        Sft(World world, Interrupt interrupt) {
            super(world, interrupt, Stage.SFT);
        }
    }
}
