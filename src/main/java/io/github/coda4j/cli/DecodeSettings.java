package io.github.coda4j.cli;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Nearest;
import io.github.coda4j.decode.BlockStart;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.CommitPolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.DecodeSession;
import io.github.coda4j.decode.Draws;
import io.github.coda4j.decode.MaskCandidates;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.KvCache;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How to decode, put together from flags, environment and the checkpoint's generation_config.json. A flag that has no
 * effect together with the others is refused; a weaker value that has none is left out.
 */
public final class DecodeSettings {
    private static final Logger LOG = LoggerFactory.getLogger(DecodeSettings.class);
    private static final String DEFAULT_ALG = "entropy";
    /** What CoDA's own generation_config.json says; the original's code refuses it. */
    private static final String UNKNOWN_ALG_OF_CODA = "original";

    private final CommitPolicy commit;
    private final CachePolicy cache;
    private final BlockStart blockStart;
    private final MaskCandidates maskCandidates;
    private final double eps;
    private final double temperature;
    private final double topP;
    private final int topK;
    private final long seed;
    private final Optional<Setting<Integer>> steps;
    private final Optional<Setting<Integer>> blockLength;

    private DecodeSettings(DecodeFlags flags, Settings settings) {
        Setting<String> alg = alg(flags, settings);
        this.commit = CommitPolicy.of(alg.value(), algTemp(flags, settings, alg), threshold(flags, alg));
        this.blockLength = settings.find(
                        "--block-length", flags.blockLength, Settings.Kind.INTEGER, "BLOCK_LENGTH", List.of())
                .map(found -> found.require(n -> n >= 1, "at least 1"));
        this.cache = cache(flags);
        this.blockStart = blockStart(flags);
        this.maskCandidates =
                choice("--mask-candidates", flags.maskCandidates.orElse("exclude"), MaskCandidates.values());
        this.steps = settings.find("--steps", flags.steps, Settings.Kind.INTEGER, "STEPS", List.of("steps"))
                .map(found -> found.require(n -> n >= 1, "at least 1"));
        this.eps = eps(flags, settings, alg);
        this.temperature = number(settings, "--temperature", flags.temperature, "TEMPERATURE", "temperature", 0)
                .require(x -> x >= 0 && Double.isFinite(x), "0 or positive")
                .value();
        this.topP = number(settings, "--top-p", flags.topP, "TOP_P", "top_p", 1)
                .require(p -> p > 0 && p <= 1, "in (0, 1]")
                .value();
        this.topK = settings.find("--top-k", flags.topK, Settings.Kind.INTEGER, "TOP_K", List.of("top_k"))
                .orElse(Setting.ofDefault(0, "--top-k"))
                .require(k -> k >= 0, "0 (off) or positive")
                .value();
        this.seed = flags.seed.orElse(0L);
    }

    /**
     * @throws IllegalArgumentException naming the flag or variable that is wrong or has no effect
     * @throws io.github.coda4j.CodaException naming file and key
     */
    public static DecodeSettings resolve(DecodeFlags flags, Settings settings) {
        return new DecodeSettings(flags, settings);
    }

    /**
     * The options for holes of these lengths.
     *
     * @param holes tokens of each hole, from left to right
     * @param completion whether the last hole is at the end of the text
     * @throws IllegalArgumentException when steps, blocks and lengths do not go together
     */
    public DecodeOptions options(List<Integer> holes, boolean completion, Set<Integer> endTokens) {
        int newTokens = holes.stream().mapToInt(n -> n).sum();
        DecodeOptions options = options(steps.map(Setting::value).orElse(newTokens), endTokens);
        try {
            rehearse(options, holes, completion);
            return options;
        } catch (IllegalArgumentException e) {
            if (steps.isEmpty() || steps.get().origin() != Setting.Origin.FILE) {
                throw new IllegalArgumentException(e.getMessage() + origins(e.getMessage()), e);
            }
            LOG.info("{} is left out: {}", steps.get(), e.getMessage());
            DecodeOptions standard = options(newTokens, endTokens);
            rehearse(standard, holes, completion);
            return standard;
        }
    }

    private DecodeOptions options(int numSteps, Set<Integer> endTokens) {
        return new DecodeOptions(
                numSteps,
                blockLength.map(found -> OptionalInt.of(found.value())).orElse(OptionalInt.empty()),
                commit,
                cache,
                blockStart,
                maskCandidates,
                eps,
                temperature,
                topP,
                topK,
                seed,
                endTokens);
    }

    /**
     * Lays the work out on a canvas of that shape, without a model: what cannot be done is refused before one is
     * loaded.
     */
    private void rehearse(DecodeOptions options, List<Integer> holes, boolean completion) {
        int given = 1;
        int mask = 0;
        List<Integer> ids = new ArrayList<>();
        for (int length : holes) {
            ids.add(given);
            ids.addAll(Collections.nCopies(length, mask));
        }
        if (!completion) {
            ids.add(given);
        }
        Canvas canvas = new Canvas(ids.stream().mapToInt(id -> id).toArray(), mask);
        new DecodeSession(canvas, options, _ -> noCache(), Draws.seeded(seed)).close();
    }

    private static KvCache noCache() {
        return new KvCache() {
            @Override
            public int length() {
                return 0;
            }

            @Override
            public void close() {}
        };
    }

    /** Names the values that the problem is about and that the user did not type. */
    private String origins(String problem) {
        String found = Stream.of(steps.filter(_ -> problem.contains("steps")), blockLength)
                .flatMap(Optional::stream)
                .filter(setting -> !setting.isFlag())
                .map(Setting::toString)
                .collect(Collectors.joining(", "));
        return found.isEmpty() ? "" : " (" + found + ")";
    }

    private Setting<String> alg(DecodeFlags flags, Settings settings) {
        Setting<String> standard = Setting.ofDefault(DEFAULT_ALG, "--alg");
        Setting<String> alg = settings.find("--alg", flags.alg, Settings.Kind.TEXT, "ALG", List.of("alg"))
                .orElse(standard);
        if (alg.origin() == Setting.Origin.FILE && alg.value().equals(UNKNOWN_ALG_OF_CODA)) {
            LOG.info("{} is '{}', which no code of CoDA knows: taking {}", alg.name(), alg.value(), DEFAULT_ALG);
            return standard;
        }
        if (!CommitPolicy.NAMES.contains(alg.value())) {
            throw alg.wrong(String.format(
                    Locale.ROOT,
                    "must be one of %s, got '%s'%s",
                    String.join(", ", CommitPolicy.NAMES),
                    alg.value(),
                    Nearest.hint(alg.value(), CommitPolicy.NAMES)));
        }
        return alg;
    }

    private OptionalDouble algTemp(DecodeFlags flags, Settings settings, Setting<String> alg) {
        Setting<Double> found = number(settings, "--alg-temp", flags.algTemp, "ALG_TEMP", "alg_temp", 0)
                .require(x -> x >= 0 && Double.isFinite(x), "0 or positive");
        boolean ranks = !alg.value().equals("origin") && !thresholds(alg);
        if (found.value() > 0 && !ranks) {
            check(!found.isFlag(), "%s has no effect with %s: leave it out", found, alg);
            LOG.info("{} has no effect with {} and is left out", found, alg);
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(found.value());
    }

    private static OptionalDouble threshold(DecodeFlags flags, Setting<String> alg) {
        if (flags.threshold.isEmpty()) {
            return OptionalDouble.empty();
        }
        Setting<Double> threshold = new Setting<>(flags.threshold.get(), Setting.Origin.FLAG, "--threshold");
        check(
                thresholds(alg),
                "%s has no effect with %s: leave it out or use --alg confidence_threshold",
                threshold,
                alg);
        return OptionalDouble.of(
                threshold.require(p -> p >= 0 && p <= 1, "in [0, 1]").value());
    }

    private double eps(DecodeFlags flags, Settings settings, Setting<String> alg) {
        Setting<Double> found = number(settings, "--eps", flags.eps, "", "eps", DecodeOptions.DEFAULT_EPS)
                .require(x -> x >= 0 && x < 1, "in [0, 1)");
        if (found.value() != DecodeOptions.DEFAULT_EPS && thresholds(alg)) {
            check(!found.isFlag(), "%s has no effect with %s: leave it out", found, alg);
            return DecodeOptions.DEFAULT_EPS;
        }
        return found.value();
    }

    private CachePolicy cache(DecodeFlags flags) {
        String name = flags.cache.orElse("none");
        List<String> known = List.of("none", "prefix", "dual");
        check(known.contains(name), "--cache must be one of %s, got '%s'", String.join(", ", known), name);
        check(
                name.equals("none") || blockLength.isPresent(),
                "--cache %s needs blocks: add --block-length N, for example --block-length 32",
                name);
        return CachePolicy.of(name);
    }

    private BlockStart blockStart(DecodeFlags flags) {
        BlockStart chosen = choice("--block-start", flags.blockStart.orElse("propose"), BlockStart.values());
        check(
                chosen == BlockStart.PROPOSE || !(cache instanceof CachePolicy.None),
                "--block-start commit has no effect without a cache: add --cache prefix or dual, or leave it out");
        return chosen;
    }

    private static boolean thresholds(Setting<String> alg) {
        return alg.value().equals("confidence_threshold");
    }

    private static Setting<Double> number(
            Settings settings, String flag, Optional<Double> given, String variable, String key, double fallback) {
        return settings.find(flag, given, Settings.Kind.NUMBER, variable, List.of(key))
                .orElse(Setting.ofDefault(fallback, flag));
    }

    private static <E extends Enum<E>> E choice(String flag, String name, E[] values) {
        for (E value : values) {
            if (value.name().toLowerCase(Locale.ROOT).equals(name)) {
                return value;
            }
        }
        String known = Arrays.stream(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" or "));
        throw new IllegalArgumentException(String.format(Locale.ROOT, "%s must be %s, got '%s'", flag, known, name));
    }
}
