package io.github.coda4j.generate.request;

import io.github.coda4j.decode.BlockLength;
import io.github.coda4j.decode.Growth;
import io.github.coda4j.decode.commit.PolicyParameter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Something that a request can say about how it is answered.
 *
 * @param name in JSON bodies, for example {@code block_length}; other names are derived from it
 * @param kind of its values
 * @param variable the environment variable that gives it; empty when there is none
 * @param keys where a checkpoint's generation_config.json gives it; the first one present counts
 */
public record Parameter<T>(String name, ValueKind<T> kind, String variable, List<String> keys) {
    /** Number of denoising steps, at least 1; without a value one for each new token. */
    public static final Parameter<Integer> STEPS =
            new Parameter<>("steps", ValueKind.INTEGER, "STEPS", List.of("steps"));
    /** Which proposals a step commits. */
    public static final Parameter<String> ALG = new Parameter<>("alg", ValueKind.TEXT, "ALG", List.of("alg"));
    /** Parameters of the commit policy by name, each as {@link #of} has it by itself. */
    public static final Parameter<Map<String, Double>> ALG_PARAM =
            new Parameter<>("alg_param", ValueKind.NUMBERS, "ALG_PARAM", List.of("alg_param"));
    /** 0 (arg-max) or positive. */
    public static final Parameter<Double> TEMPERATURE =
            new Parameter<>("temperature", ValueKind.NUMBER, "TEMPERATURE", List.of("temperature"));
    /** In (0, 1]; 1 keeps all tokens. */
    public static final Parameter<Double> TOP_P = new Parameter<>("top_p", ValueKind.NUMBER, "TOP_P", List.of("top_p"));
    /** 0 keeps all tokens. */
    public static final Parameter<Integer> TOP_K =
            new Parameter<>("top_k", ValueKind.INTEGER, "TOP_K", List.of("top_k"));
    /** Of every random draw; 0 without a value. */
    public static final Parameter<Long> SEED = new Parameter<>("seed", ValueKind.LONG, "", List.of());
    /** Last noise level of the schedule, in [0, 1). */
    public static final Parameter<Double> EPS = new Parameter<>("eps", ValueKind.NUMBER, "", List.of("eps"));
    /** Tokens that are decoded together, at least 1, or auto; without a value all of them. */
    public static final Parameter<BlockLength> BLOCK_LENGTH =
            new Parameter<>("block_length", ValueKind.BLOCKS, "BLOCK_LENGTH", List.of());
    /** What forwards reuse: none, prefix or dual. */
    public static final Parameter<String> CACHE = new Parameter<>("cache", ValueKind.TEXT, "", List.of());
    /** When a cache is refreshed by a run of the whole sequence: block, block=N, every=N, drift=X or never. */
    public static final Parameter<String> REFRESH =
            new Parameter<>("refresh", ValueKind.TEXT, "CACHE_REFRESH", List.of("refresh"));
    /** Which of a block's rows cached forwards run: block (all) or open (those that may still be committed). */
    public static final Parameter<String> CACHED_ROWS =
            new Parameter<>("cached_rows", ValueKind.TEXT, "CACHED_ROWS", List.of("cached_rows"));
    /** How a block's first token is found: propose or commit. */
    public static final Parameter<String> BLOCK_START = new Parameter<>("block_start", ValueKind.TEXT, "", List.of());
    /** Whether the mask may be proposed: exclude or allow. */
    public static final Parameter<String> MASK_CANDIDATES =
            new Parameter<>("mask_candidates", ValueKind.TEXT, "", List.of());
    /** What the pad token of infilling does: close the hole in which it is committed, or keep its place as a token. */
    public static final Parameter<String> HOLE_PADS =
            new Parameter<>("hole_pads", ValueKind.TEXT, "", List.of("hole_pads"));
    /** The longest answer in tokens, at least 1. */
    public static final Parameter<Integer> MAX_NEW_TOKENS =
            new Parameter<>("max_new_tokens", ValueKind.INTEGER, "MAX_TOKENS", List.of("max_new_tokens", "max_tokens"));
    /**
     * The most tokens of a document that are seen at a time, at least 2; without a value as many as the model takes.
     */
    public static final Parameter<Integer> CONTEXT =
            new Parameter<>("context", ValueKind.INTEGER, "", List.of("context"));
    /** How the canvas of a completion grows: a number of tokens, rho-eos or none. */
    public static final Parameter<Growth> GROW = new Parameter<>("grow", ValueKind.GROWTH, "", List.of("grow"));
    /** Masks in sight from the start of the block at work, at least the block length; without a value all of them. */
    public static final Parameter<Integer> WINDOW =
            new Parameter<>("window", ValueKind.INTEGER, "CANVAS_WINDOW", List.of("window"));
    /** Where an answer ends that could be longer: length, line or block. */
    public static final Parameter<String> UNTIL = new Parameter<>("until", ValueKind.TEXT, "", List.of());
    /**
     * What ends an answer, without being part of it (transformers leaves it in); none is empty. A request's empty list
     * switches off what stands behind it.
     */
    public static final Parameter<List<String>> STOP =
            new Parameter<>("stop", ValueKind.TEXTS, "STOP", List.of("stop_strings"));
    /** false starts a chat's answer with an empty thought; true and no value leave the choice to the model. */
    public static final Parameter<Boolean> THINKING =
            new Parameter<>("thinking", ValueKind.TRUTH, "", List.of("enable_thinking"));

    /**
     * A parameter of a commit policy. Its variable begins with ALG: ALG_TEMP for {@code alg_temp}, ALG_THRESHOLD for
     * {@code threshold}.
     */
    public static Parameter<Double> of(PolicyParameter parameter) {
        String name = parameter.name();
        String variable = (name.startsWith("alg_") ? name : "alg_" + name).toUpperCase(Locale.ROOT);
        return new Parameter<>(name, ValueKind.NUMBER, variable, List.of(name));
    }

    public Parameter {
        keys = List.copyOf(keys);
    }

    /** The flag of the command line: {@code --block-length}. */
    public String flag() {
        return "--" + name.replace('_', '-');
    }

    /** As Java writes names: {@code blockLength}. */
    public String javaName() {
        StringBuilder text = new StringBuilder();
        for (String word : name.split("_")) {
            text.append(text.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return text.toString();
    }
}
