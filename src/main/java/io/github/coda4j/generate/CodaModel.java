package io.github.coda4j.generate;

import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.length.LengthCalibration;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.generate.request.DecodeSettings;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.ValueSource;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Preparation;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.ChatRequest;
import io.github.coda4j.text.ChatTemplate;
import io.github.coda4j.text.Tokenizer;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * A checkpoint folder opened for generation: the network, its tokenizer and the engine that runs requests.
 *
 * <pre>{@code
 * LoadOptions load = LoadOptions.of(WeightFormat.BF16, Device.CPU);
 * try (CodaModel model = CodaModel.open(folder, load, EngineOptions.DEFAULT)) {
 *     Document document = Document.parse("int twice(int n) { return <|hole|>; }", 8);
 *     Completion completion = model.generate(model.request(document, Given.inJava().with(Parameter.STEPS, 4)));
 *     String text = document.fill(completion.holeTexts());
 * }
 * }</pre>
 */
public final class CodaModel implements Generator, AutoCloseable {
    private final Path folder;
    private final DecodeDefaults defaults;
    private final Transformer transformer;
    private final Tokenizer tokenizer;
    private final Engine engine;
    private final Closing closing = new Closing();

    private CodaModel(
            Path folder, DecodeDefaults defaults, Transformer transformer, Tokenizer tokenizer, Engine engine) {
        this.folder = folder;
        this.defaults = defaults;
        this.transformer = transformer;
        this.tokenizer = tokenizer;
        this.engine = engine;
    }

    /**
     * Loads a folder with sensible defaults: {@link LoadOptions#forFolder} and {@link EngineOptions#DEFAULT}.
     *
     * @param folder of a checkpoint, or of the model in the box, {@code models/coda-mini}
     * @return the model, to be closed by the caller
     * @throws CodaException when weights or tokenizer are missing, broken, or do not belong together
     * @throws IllegalStateException when the JVM lacks a flag that is needed, which the message names
     */
    public static CodaModel open(Path folder) {
        return open(folder, LoadOptions.forFolder(folder), EngineOptions.DEFAULT);
    }

    /**
     * Loads a folder. The tokenizer comes first: what is wrong with it is said before the weights are read.
     *
     * @throws CodaException when weights or tokenizer are missing, broken, or do not belong together
     */
    public static CodaModel open(Path folder, LoadOptions load, EngineOptions options) {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder);
                Preparation preparation = Preparation.begin(load)) {
            ModelConfig config = ModelConfig.of(checkpoint, load.told());
            Tokenizer tokenizer = BpeTokenizer.load(checkpoint);
            Engine.checkFits(tokenizer, config.vocabSize(), config.maskId());
            Transformer transformer = Transformer.open(checkpoint, load, preparation);
            try {
                Engine engine = new Engine(transformer, tokenizer, options);
                return new CodaModel(
                        folder, DecodeDefaults.ofCheckpoint(folder, load.told()), transformer, tokenizer, engine);
            } catch (RuntimeException | Error e) {
                transformer.close();
                throw e;
            }
        }
    }

    @Override
    public Generation submit(GenerateRequest request, GenerationListener listener) {
        return engine.submit(request, listener);
    }

    /** The folder that it was opened from. */
    public Path folder() {
        return folder;
    }

    /** Shape and vocabulary of the model. */
    public ModelInfo info() {
        ModelConfig config = config();
        return new ModelInfo(config.maxPositions(), config.vocabSize(), config.maskId(), config.numParameters());
    }

    private ModelConfig config() {
        return transformer.config();
    }

    /** The checkpoint's tokenizer. */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /**
     * The template of the checkpoint's chats.
     *
     * @throws CodaException when the checkpoint was trained on chats of another family
     */
    public ChatTemplate chatTemplate() {
        return ChatTemplate.forCheckpoint(folder);
    }

    /**
     * How lengths of open holes are found where a request does not say it: with the checkpoint's own calibration, if
     * its folder has one.
     *
     * @throws CodaException when the calibration is broken or of another checkpoint
     */
    public static LengthOptions lengths(Path folder) {
        if (!Files.exists(folder.resolve(LengthCalibration.FILE))) {
            return LengthOptions.DEFAULT;
        }
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            return LengthCalibration.read(folder, checkpoint.fingerprint())
                    .map(calibration ->
                            LengthOptions.DEFAULT.withBias(calibration.bias()).withCeiling(calibration.ceiling()))
                    .orElse(LengthOptions.DEFAULT);
        }
    }

    /** {@link #lengths(Path)} of this model. */
    public LengthOptions lengths() {
        return lengths(folder);
    }

    /** What counts where a request says nothing: the checkpoint's own values, and behind them those of coda4j. */
    public DecodeDefaults defaults() {
        return defaults;
    }

    /**
     * A request to continue a text as it is. What is not given is as the checkpoint says.
     *
     * @param given for example {@code Given.inJava().with(Parameter.MAX_NEW_TOKENS, 64)}
     * @throws IllegalArgumentException naming what is wrong or has no effect
     */
    public GenerateRequest request(String text, ValueSource given) {
        DecodeSettings how = defaults().resolve(given);
        return request(how, Document.completion(text, how.maxNewTokens()));
    }

    /**
     * A request to fill a document's holes; how many tokens they have the document says, the rest as above. Of a
     * document that is longer than the model takes, it sees the text around the holes.
     */
    public GenerateRequest request(Document document, ValueSource given) {
        return request(defaults().resolve(given), document);
    }

    /**
     * The same, with a say in what the model sees of a long document.
     *
     * @param windows for example {@code WindowOptions.DEFAULT.withGrammar(Grammar.ofFile("Main.java"))}
     */
    public GenerateRequest request(Document document, WindowOptions windows, ValueSource given) {
        return request(defaults().resolve(given), document, windows);
    }

    /**
     * A request for an answer in a chat. Where the chat does not say whether the model may think aloud, what is given
     * or the checkpoint does.
     *
     * @throws CodaException when the checkpoint was trained on chats of another family
     */
    public GenerateRequest request(ChatRequest chat, ValueSource given) {
        DecodeSettings how = defaults().resolve(given);
        ChatRequest asked = chat.enableThinking().isPresent() ? chat : chat.withThinking(how.thinking());
        DecodeOptions options =
                how.completion(0, config().maxPositions(), endTokens()).withHolePad(how.holePad(tokenizer.holePad()));
        return GenerateRequest.of(chatTemplate().mark(asked), how.maxNewTokens(), options)
                .withStopStrings(how.stopStrings())
                .withUntil(how.until());
    }

    /**
     * Continues a text.
     *
     * @param text what is to be continued, as it is; may be empty
     * @param tokens the most new tokens, at least 1
     * @return what follows the text, and only that
     * @throws InterruptedException when the thread is interrupted, which ends the request
     */
    public String complete(String text, int tokens) throws InterruptedException {
        return generate(request(Document.completion(text, tokens), Given.inJava()))
                .text();
    }

    /**
     * Fills the holes of a text, seeing what is on both sides of each.
     *
     * @param text with {@link Document#MARKER} for each hole
     * @param tokens of every hole, or of each in turn; at least 1; none: the length of each is found
     * @return the whole text, filled
     * @throws InterruptedException when the thread is interrupted, which ends the request
     */
    public String infill(String text, int... tokens) throws InterruptedException {
        Document document = Document.parse(text, tokens);
        return document.fill(generate(request(document, Given.inJava())).holeTexts());
    }

    private GenerateRequest request(DecodeSettings how, Document document) {
        return request(how, document, WindowOptions.DEFAULT);
    }

    private GenerateRequest request(DecodeSettings how, Document document, WindowOptions asked) {
        WindowOptions windows = asked.context().isPresent()
                ? asked
                : new WindowOptions(how.context(config().maxPositions()), asked.before(), asked.grammar());
        int most = windows.positions(document, config().maxPositions());
        DecodeOptions options =
                how.options(document.shape(0), most, endTokens()).withHolePad(how.holePad(tokenizer.holePad()));
        GenerateRequest request = GenerateRequest.of(document, options)
                .withWindows(windows)
                .withStopStrings(how.stopStrings())
                .withUntil(how.until());
        return document.isOpen() ? request.withLengths(lengths()) : request;
    }

    /** The ids that end an answer: the end and padding tokens that config.json and the tokenizer name. */
    public Set<Integer> endTokens() {
        return tokenizer.specialTokens().endTokens(config().eosIds(), config().padId());
    }

    /**
     * Cancels what is under way and frees the network's memory. May be called from any thread and more than once; each
     * call returns when the memory is free.
     */
    @Override
    public void close() {
        closing.once(() -> Closing.all(engine, transformer));
    }
}
