package io.github.coda4j.serve;

import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.Cost;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.GenerationListener;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.generate.request.Given;

/** A model's first steps, before it has clients: they make the next ones fast and show how long these take. */
final class WarmUp {
    /** As much as an editor sends around a cursor. */
    private static final int TOKENS = 256;

    private static final int ROUNDS = 3;

    private WarmUp() {}

    /**
     * Runs some steps.
     *
     * @return what the last of them took
     */
    static Cost run(ServedModel model) {
        int length = Math.min(TOKENS, model.maxPositions());
        int[] line = model.tokenizer().encodeOrdinary("total += names.get(i).length();\n");
        int[] ids = new int[length - 1];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = line[i % line.length];
        }
        DecodeOptions one = DecodeDefaults.STANDARD
                .resolve(Given.inJava())
                .options(CanvasShape.ofCompletion(ids.length, 1), model.maxPositions(), model.endTokens());
        Cost cost = new Cost(0, 0, 0, 0, 0, 0, 0, 0);
        for (int round = 0; round < ROUNDS; round++) {
            cost = model.generator()
                    .submit(GenerateRequest.of(ids, 1, one), GenerationListener.NONE)
                    .completion()
                    .join()
                    .cost();
        }
        return cost;
    }
}
