package io.github.coda4j.langchain4j;

import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.Document;
import io.github.coda4j.generate.Engine;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.Generation;
import io.github.coda4j.generate.GenerationListener;
import io.github.coda4j.generate.Prompt;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.generate.request.DecodeSettings;
import io.github.coda4j.generate.request.ValueSource;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import io.github.coda4j.text.ChatRequest;
import io.github.coda4j.text.ChatTemplate;
import io.github.coda4j.text.Tokenizer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A real engine whose network knows some answers by heart; its tokens are bytes. It says what belongs to the last
 * question of a prompt that holds one of its keys, byte by byte, and ends.
 */
final class Parrot implements Backend, AutoCloseable {
    static final String NAME = "parrot";
    static final String STORY = "Once upon a time there was a fox, and a hare, and a bear, who all lived in one wood.";
    static final int SESSIONS = 2;
    static final int QUEUE = 2;
    private static final int POSITIONS = 2048;
    private static final String ANSWER = "<|im_start|>assistant\n";
    private static final Tokenizer TOKENIZER = new ByteTokenizer();

    /** What the network says to a prompt with that in it. */
    private static final Map<String, String> SAYS = says();

    private final RuleDenoiser denoiser;
    private final Engine engine;

    /** Sure of what is on the left before what is on the right. */
    Parrot() {
        this((_, position) -> 1 - (position + 1.0) / (POSITIONS + 2));
    }

    Parrot(RuleDenoiser.Sureness sureness) {
        denoiser = new RuleDenoiser(POSITIONS, Parrot::token, sureness);
        engine = new Engine(denoiser, TOKENIZER, new EngineOptions(SESSIONS, QUEUE, 1 << 16));
    }

    private static Map<String, String> says() {
        Map<String, String> says = new LinkedHashMap<>();
        says.put("capital of Germany", "Berlin is the capital of Germany.");
        says.put("Translate", "Ich liebe dich.");
        says.put("favorite color", "It is green.");
        says.put("story", STORY);
        says.put("Hello World", "Hello World, how are you?");
        says.put("hello", "Hi!");
        says.put("int x", " = 1;");
        return says;
    }

    RuleDenoiser denoiser() {
        return denoiser;
    }

    static CodaTokenCountEstimator estimator() {
        return new CodaTokenCountEstimator(TOKENIZER, ChatTemplate.coda());
    }

    private static int token(int[] sequence, int position) {
        int[] text = Arrays.stream(sequence)
                .map(id -> id < ByteTokenizer.MASK ? id : 0)
                .toArray();
        String prompt = TOKENIZER.decode(text);
        int begin = prompt.lastIndexOf(ANSWER);
        int start = begin >= 0 ? begin + ANSWER.length() : firstMask(sequence);
        String said = SAYS.entrySet().stream()
                .filter(entry -> prompt.contains(entry.getKey()))
                .findFirst()
                .map(Map.Entry::getValue)
                .orElse("?");
        int index = position - start;
        return index < said.length() ? said.charAt(index) : ByteTokenizer.END;
    }

    /** Where a text ends that is continued from left to right. */
    private static int firstMask(int[] sequence) {
        String text = TOKENIZER.decode(Arrays.stream(sequence)
                .map(id -> id < ByteTokenizer.MASK ? id : 0)
                .toArray());
        int end = text.indexOf("int x");
        return end < 0 ? 0 : end + "int x".length();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public GenerateRequest request(ChatRequest chat, ValueSource given) {
        DecodeSettings how = DecodeDefaults.STANDARD.resolve(given);
        ChatRequest asked = chat.withThinking(how.thinking());
        return with(how, new Prompt.Marked(ChatTemplate.coda().mark(asked), how.maxNewTokens()), 0);
    }

    @Override
    public GenerateRequest request(String text, ValueSource given) {
        DecodeSettings how = DecodeDefaults.STANDARD.resolve(given);
        return with(how, new Prompt.Text(Document.completion(text, how.maxNewTokens())), 0);
    }

    private static GenerateRequest with(DecodeSettings how, Prompt prompt, long given) {
        DecodeOptions options = how.completion(given, POSITIONS, Set.of(ByteTokenizer.END));
        return GenerateRequest.of(prompt, options)
                .withStopStrings(how.stopStrings())
                .withUntil(how.until());
    }

    @Override
    public Generation submit(GenerateRequest request, GenerationListener listener) {
        return engine.submit(request, listener);
    }

    @Override
    public void close() {
        engine.close();
    }
}
