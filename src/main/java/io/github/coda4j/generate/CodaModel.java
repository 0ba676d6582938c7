package io.github.coda4j.generate;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Preparation;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.ChatTemplate;
import io.github.coda4j.text.SpecialTokens;
import io.github.coda4j.text.Tokenizer;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A checkpoint folder opened for generation: the network, its tokenizer and the engine that runs requests.
 *
 * <pre>{@code
 * try (CodaModel model = CodaModel.open(folder, LoadOptions.of(Precision.BF16, Device.CPU), EngineOptions.DEFAULT)) {
 *     DecodeOptions options = DecodeOptions.ofSteps(64).withEndTokens(model.endTokens());
 *     Document document = Document.completion("def fibonacci(n):", 64);
 *     Completion completion = model.generate(GenerateRequest.of(document, options));
 *     String text = document.fill(completion.holeTexts());
 * }
 * }</pre>
 */
public final class CodaModel implements Generator, AutoCloseable {
    private final Path folder;
    private final Optional<ConfigFile> generationConfig;
    private final Transformer transformer;
    private final Tokenizer tokenizer;
    private final Engine engine;

    private CodaModel(
            Path folder,
            Optional<ConfigFile> generationConfig,
            Transformer transformer,
            Tokenizer tokenizer,
            Engine engine) {
        this.folder = folder;
        this.generationConfig = generationConfig;
        this.transformer = transformer;
        this.tokenizer = tokenizer;
        this.engine = engine;
    }

    /**
     * Loads a folder. The tokenizer comes first: what is wrong with it is said before the weights are read.
     *
     * @throws CodaException when weights or tokenizer are missing, broken, or do not belong together
     */
    public static CodaModel open(Path folder, LoadOptions load, EngineOptions options) {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder);
                Preparation preparation = Preparation.begin(load)) {
            ModelConfig config = ModelConfig.read(checkpoint.config());
            Tokenizer tokenizer = BpeTokenizer.load(folder);
            Engine.checkFits(tokenizer, config.vocabSize(), config.maskId());
            Transformer transformer = Transformer.open(checkpoint, load, preparation);
            try {
                Engine engine = new Engine(transformer, tokenizer, options);
                return new CodaModel(folder, checkpoint.generationConfig(), transformer, tokenizer, engine);
            } catch (RuntimeException e) {
                transformer.close();
                throw e;
            }
        }
    }

    @Override
    public Generation submit(GenerateRequest request, GenerationListener listener) {
        return engine.submit(request, listener);
    }

    public ModelConfig config() {
        return transformer.config();
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** The checkpoint's generation_config.json. */
    public Optional<ConfigFile> generationConfig() {
        return generationConfig;
    }

    /**
     * The template of the checkpoint's chats.
     *
     * @throws CodaException when the checkpoint was trained on chats of another family
     */
    public ChatTemplate chatTemplate() {
        return ChatTemplate.forCheckpoint(folder);
    }

    /** The ids that end an answer: the end and padding tokens that config.json and the tokenizer name. */
    public Set<Integer> endTokens() {
        SpecialTokens special = tokenizer.specialTokens();
        return Stream.of(config().eosId(), config().padId(), special.eos(), special.pad())
                .flatMapToInt(OptionalInt::stream)
                .boxed()
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Cancels what is under way and frees the network's memory. */
    @Override
    public void close() {
        engine.close();
        transformer.close();
    }
}
