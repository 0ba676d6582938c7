package io.github.coda4j.train;

import io.github.coda4j.CodaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether the folders that a run starts from are there. Where they are what another stage or command makes, the message
 * says which one comes first.
 */
public final class RunStart {
    private static final String MODEL = "model";

    private RunStart() {}

    /**
     * Looks for the model, or the tokenizer of random weights.
     *
     * @throws CodaException when it is not there
     */
    public static void require(TrainConfig config) {
        switch (config.model()) {
            case TrainConfig.Start.Random start -> requireTokenizer(start.tokenizer());
            case TrainConfig.Start.Checkpoint start -> requireModel(start.folder(), config.stage());
            case TrainConfig.Start.Autoregressive start -> {
                if (!Files.isDirectory(start.folder())) {
                    throw CodaException.of(
                            "there is no autoregressive model %s (model.from_ar); `coda pull ID --out %s` fetches one",
                            start.folder(), start.folder());
                }
            }
        }
    }

    private static void requireTokenizer(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw CodaException.of(
                    "there is no tokenizer %s (model.tokenizer); the command that tokenizes the data makes one too: "
                            + "`coda data tokenize --new-tokenizer SIZE --tokenizer %s ...`",
                    folder, folder);
        }
    }

    private static void requireModel(Path folder, Stage stage) {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path run = folder.toAbsolutePath().getParent();
        if (folder.endsWith(MODEL) && run != null && Files.isDirectory(run)) {
            Path shown = Optional.ofNullable(folder.getParent()).orElse(run);
            Optional<Path> newest = new Checkpoints(run.resolve("checkpoints"), 1).newest();
            throw CodaException.of(
                    "the run in %s, from whose %s this one goes on (model.from), is not finished%s; go on with it "
                            + "first (--resume)%s",
                    shown,
                    MODEL,
                    newest.map(at -> ": it has " + at.getFileName() + " only").orElse(" and has no checkpoint yet"),
                    newest.map(at -> ", or start from "
                                    + shown.resolve("checkpoints").resolve(at.getFileName()))
                            .orElse(""));
        }
        throw CodaException.of(
                "there is no model %s for this %s to go on from (model.from): %s; or name another model in model.from",
                folder, stage, before(folder, stage));
    }

    /** What has to be done first. */
    private static String before(Path folder, Stage stage) {
        String out = folder.endsWith(MODEL) && folder.getParent() != null
                ? " with out: " + folder.getParent()
                : ", whose model it is";
        return switch (stage) {
            case PRETRAIN -> "run the one that makes it first" + out;
            case MIDTRAIN -> "pretrain comes first; run `coda train pretrain`" + out;
            case SFT -> "midtrain comes first (after pretrain); run `coda train midtrain`" + out;
        };
    }
}
