package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.DecodeSession;
import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.diffusion.BlockCausal.Border;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.ModelKind.Bias;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.tensor.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The families' rules at a temperature: tokens are drawn, by the seed and nothing else. */
@Tag("slow")
class DrawnTokensTest {
    private static final int MASK = 4;
    private static final int NEW = 24;

    private static Transformer whole;
    private static Transformer blocks;

    @BeforeAll
    static void open() {
        whole = model(Optional.empty());
        blocks = model(Optional.of(new BlockCausal(8, Border.START)));
    }

    @AfterAll
    static void close() {
        whole.close();
        blocks.close();
    }

    private static Transformer model(Optional<BlockCausal> blocks) {
        ModelKind kind = new ModelKind("any", "any", true, Bias.NONE, Alignment.IN_PLACE, blocks);
        ModelConfig config = new ModelConfig(
                139, 48, 2, 6, 2, 12, 80, 1e4, 1e-6, 512, kind, false, 0.3, MASK, OptionalInt.of(0), List.of(1));
        return Transformer.random(config, 7, new LoadOptions(EngineKind.FAST, WeightFormat.FP32, Device.CPU, 2));
    }

    private static DecodeOptions options(String rule, Transformer model, long seed) {
        DecodeOptions drawn = DecodeOptions.ofSteps(NEW)
                .withCommit(CommitPolicies.of(rule, Map.of()))
                .withSampling(0.9, 0.95, 0)
                .withSeed(seed);
        return model == whole ? drawn.withBlocks(8, CachePolicy.NONE) : drawn;
    }

    private static Canvas canvas() {
        return Canvas.forCompletion(IntStream.range(5, 21).toArray(), NEW, MASK);
    }

    private static int[] alone(DecodeOptions options, Transformer model) {
        return packed(List.of(options), model).getFirst();
    }

    private static List<int[]> packed(List<DecodeOptions> all, Transformer model) {
        List<DecodeSession> sessions = new ArrayList<>();
        all.forEach(options -> sessions.add(DecodeSession.open(canvas(), options, model)));
        while (sessions.stream().anyMatch(session -> !session.done())) {
            List<DecodeSession> open =
                    sessions.stream().filter(session -> !session.done()).toList();
            List<Proposals> answers =
                    model.forward(open.stream().map(DecodeSession::plan).toList());
            for (int i = 0; i < open.size(); i++) {
                open.get(i).apply(answers.get(i));
            }
        }
        sessions.forEach(DecodeSession::close);
        return sessions.stream().map(session -> session.canvas().ids()).toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "low_confidence",
                "low_confidence_rounded",
                "low_confidence_static",
                "low_confidence_dynamic",
                "sub_blocks",
                "p2"
            })
    void the_same_seed_gives_the_same_answer_alone_and_packed_and_another_one_another(String rule) {
        for (Transformer model : List.of(whole, blocks)) {
            List<DecodeOptions> seeds = IntStream.range(1, 4)
                    .mapToObj(seed -> options(rule, model, seed))
                    .toList();
            List<int[]> together = packed(seeds, model);
            for (int i = 0; i < seeds.size(); i++) {
                assertThat(together.get(i))
                        .doesNotContain(MASK)
                        .isEqualTo(alone(seeds.get(i), model))
                        .isNotEqualTo(together.get((i + 1) % seeds.size()))
                        .isNotEqualTo(alone(seeds.get(i).withSampling(0, 1, 0), model));
            }
        }
    }
}
