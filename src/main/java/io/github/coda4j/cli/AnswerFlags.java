package io.github.coda4j.cli;

import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.GenerationListener;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.generate.request.DecodeSettings;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.generate.request.ValueSource;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Mixin;

/** A model that answers one request after another: which one, how it is loaded and how it decodes. */
public final class AnswerFlags {
    @Mixin
    private ModelFlag model;

    @Mixin
    private LoadFlags load;

    @Mixin
    private DecodeFlags decode;

    /**
     * The model's folder and what the flags say of it, checked before anything of its size is read.
     *
     * @param maxNewTokens the longest answer
     * @throws IllegalArgumentException naming the flag that does not go with the model or with another
     */
    public Answers answers(World world, int maxNewTokens) {
        Path folder = model.folder(world);
        LoadOptions options = load.options(folder, world, LoadFlags.Purpose.SPEED);
        int positions;
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            positions = ModelConfig.of(checkpoint, options.told()).maxPositions();
        }
        DecodeSettings how = DecodeDefaults.ofCheckpoint(folder, options.told())
                .behind(ValueSource.environment(world::variable))
                .resolve(decode.given().with(Parameter.MAX_NEW_TOKENS, Optional.of(maxNewTokens)));
        how.completion(0, positions, Set.of());
        return new Answers(folder, options, how, positions);
    }

    /**
     * How the model is opened and asked.
     *
     * @param positions that it knows
     */
    public record Answers(Path folder, LoadOptions options, DecodeSettings how, int positions) {
        /** Opens the model. */
        public OpenModel open(World world) {
            return world.openModel(folder, options);
        }

        /**
         * The decode options of a completion.
         *
         * @param given tokens before it
         */
        public DecodeOptions completion(OpenModel open, int given) {
            return how.completion(given, positions, open.endTokens())
                    .withHolePad(how.holePad(open.tokenizer().holePad()));
        }

        /** Asks and waits. */
        public static Completion await(OpenModel open, GenerateRequest request) throws InterruptedException {
            try {
                return open.generator()
                        .submit(request, GenerationListener.NONE)
                        .completion()
                        .get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
            }
        }
    }
}
