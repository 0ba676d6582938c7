package io.github.coda4j.serve;

import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.Cost;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.GenerationListener;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import java.util.Optional;
import java.util.Set;

/** A model's first steps, before it has clients: they make the next ones fast and show how long these take. */
final class WarmUp {
    /** As much as an editor sends around a cursor. */
    private static final int TOKENS = 256;

    private static final int ROUNDS = 3;

    /** Rows of the two blocks whose steps are timed. */
    private static final int FEW = 8;

    private static final int MANY = 32;

    /** Tokens before them. */
    private static final int AROUND = 64;

    /** Of each. */
    private static final int STEPS = 4;

    private WarmUp() {}

    /** What the server learns of a model. */
    record Measured(Cost whole, Optional<Pace.Steps> steps) {}

    /** Runs some steps, first over whole sequences, then of blocks against stored keys and values. */
    static Measured run(ServedModel model) {
        int length = Math.min(TOKENS, model.maxPositions());
        DecodeOptions one = options(Given.inJava(), length - 1, 1, model);
        Cost whole = run(model, length - 1, 1, one);
        for (int round = 1; round < ROUNDS; round++) {
            whole = run(model, length - 1, 1, one);
        }
        return new Measured(whole, length < AROUND + MANY ? Optional.empty() : steps(model));
    }

    /** Empty for a model that does not store keys and values of both sides. */
    private static Optional<Pace.Steps> steps(ServedModel model) {
        try {
            return Optional.of(new Pace.Steps(FEW, stepMillis(model, FEW), MANY, stepMillis(model, MANY)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The fastest of two rounds; what is run for the first commit is left out. */
    private static double stepMillis(ServedModel model, int rows) {
        Given dual = Given.inJava()
                .with(Parameter.STEPS, STEPS)
                .with(Parameter.BLOCK_LENGTH, rows)
                .with(Parameter.CACHE, "dual");
        DecodeOptions options = options(dual, AROUND, rows, model).withEndTokens(Set.of());
        double first = run(model, AROUND, rows, options).decodeMillis();
        double second = run(model, AROUND, rows, options).decodeMillis();
        return Math.min(first, second) / (STEPS - 1);
    }

    private static DecodeOptions options(Given given, int prompt, int masks, ServedModel model) {
        return DecodeDefaults.STANDARD
                .resolve(given)
                .options(CanvasShape.ofCompletion(prompt, masks), model.maxPositions(), model.endTokens());
    }

    private static Cost run(ServedModel model, int given, int masks, DecodeOptions options) {
        int[] line = model.tokenizer().encodeOrdinary("total += names.get(i).length();\n");
        int[] ids = new int[given];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = line[i % line.length];
        }
        return model.generator()
                .submit(GenerateRequest.of(ids, masks, options), GenerationListener.NONE)
                .completion()
                .join()
                .cost();
    }
}
