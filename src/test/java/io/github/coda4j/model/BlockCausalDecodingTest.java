package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.WrongValueException;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.DecodeSession;
import io.github.coda4j.decode.Growth;
import io.github.coda4j.decode.KeptBlocks;
import io.github.coda4j.decode.commit.ConfidenceThreshold;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.diffusion.BlockCausal.Border;
import io.github.coda4j.diffusion.BlockGrid;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.ModelKind.Bias;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.tensor.Device;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Decoding of models with block-causal attention: the cache that grows is exact, and what has no sense is refused. */
@Tag("slow")
class BlockCausalDecodingTest {
    private static final int BLOCK = 24;
    private static final int MASK = 4;
    private static final int PROMPT = 37;
    /** More than the first cache has room for, and no whole number of blocks. */
    private static final int NEW = 333;

    private static Transformer model(Alignment alignment, Optional<BlockCausal> blocks, EngineKind engine) {
        ModelKind kind = new ModelKind("a2d-qwen2", "A2DQwen2LMHeadModel", false, Bias.QKV, alignment, blocks);
        ModelConfig config = new ModelConfig(
                139, 48, 2, 6, 2, 12, 80, 1e4, 1e-6, 512, kind, false, 0.3, MASK, OptionalInt.of(0), List.of(1));
        return Transformer.random(config, 7, new LoadOptions(engine, WeightFormat.FP32, Device.CPU, 2));
    }

    private static Transformer blockCausal() {
        return model(Alignment.IN_PLACE, Optional.of(new BlockCausal(BLOCK, Border.START)), EngineKind.PLAIN);
    }

    private static Canvas canvas() {
        int[] prompt = IntStream.range(0, PROMPT).map(i -> 5 + i * 7 % 130).toArray();
        return Canvas.forCompletion(prompt, NEW, MASK);
    }

    private static DecodeOptions options() {
        return DecodeOptions.ofSteps(NEW).withCommit(new ConfidenceThreshold(0.02));
    }

    @ParameterizedTest
    @CsvSource({
        "IN_PLACE, START, PLAIN",
        "IN_PLACE, START, FAST",
        "IN_PLACE, PROMPT_END, FAST",
        "SHIFTED, START, PLAIN",
        "SHIFTED, START, FAST",
    })
    void every_forward_says_what_one_without_a_cache_says(Alignment alignment, Border border, EngineKind engine) {
        BlockCausal blocks = new BlockCausal(BLOCK, border);
        BlockGrid grid = blocks.grid(PROMPT);
        Canvas canvas = canvas();
        int rows = 0;
        try (Transformer model = model(alignment, Optional.of(blocks), engine);
                DecodeSession session = DecodeSession.open(canvas, options(), model)) {
            while (!session.done()) {
                ForwardPlan plan = session.plan();
                assertThat(plan.end()).isLessThanOrEqualTo(grid.end(plan.positions()[0]));
                rows += plan.ids().length;
                Proposals cached = model.forward(List.of(plan)).getFirst();
                assertSame(cached, scratch(model, plan, canvas, grid));
                session.apply(cached);
            }
            assertThat(canvas.maskedCount()).isZero();
            assertThat(session.cacheRefreshes()).isZero();
            assertThat(rows).isLessThan(session.forwards() * 2 * BLOCK + PROMPT);
        }
    }

    private static Proposals scratch(Transformer model, ForwardPlan plan, Canvas canvas, BlockGrid grid) {
        try (KvCache cache = model.newCache(plan.end())) {
            ForwardPlan all = new ForwardPlan(
                    canvas.ids(0, plan.end()),
                    0,
                    new CacheAccess.Append(cache, grid),
                    plan.positions(),
                    plan.sampling(),
                    plan.drawKey());
            return model.forward(List.of(all)).getFirst();
        }
    }

    private static void assertSame(Proposals found, Proposals expected) {
        assertThat(found.positions()).isEqualTo(expected.positions());
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.probability()[i]).isCloseTo(expected.probability()[i], within(1e-4f));
            assertThat(found.negativeEntropy()[i]).isCloseTo(expected.negativeEntropy()[i], within(1e-3f));
        }
    }

    @Test
    void sessions_packed_into_one_forward_say_the_same_as_alone() {
        BlockCausal blocks = new BlockCausal(BLOCK, Border.START);
        try (Transformer model = model(Alignment.IN_PLACE, Optional.of(blocks), EngineKind.FAST);
                DecodeSession one = DecodeSession.open(canvas(), options(), model);
                DecodeSession other = DecodeSession.open(
                        Canvas.forCompletion(new int[] {9, 8, 7}, 60, MASK),
                        options().withSteps(60),
                        model)) {
            while (!one.done() && !other.done()) {
                List<Proposals> packed = model.forward(List.of(one.plan(), other.plan()));
                assertSame(packed.getFirst(), model.forward(List.of(one.plan())).getFirst());
                assertSame(
                        packed.getLast(), model.forward(List.of(other.plan())).getFirst());
                one.apply(packed.getFirst());
                other.apply(packed.getLast());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void blocks_that_were_kept_say_what_a_run_of_them_says(EngineKind engine) {
        BlockCausal blocks = new BlockCausal(BLOCK, Border.START);
        try (Transformer model = model(Alignment.IN_PLACE, Optional.of(blocks), engine);
                KeptBlocks kept = new KeptBlocks(model, 1 << 24)) {
            int[] text = canvas().ids(0, PROMPT);
            for (int turn = 0; turn < 3; turn++) {
                Canvas canvas = Canvas.forCompletion(text, 40, MASK);
                try (DecodeSession without =
                                DecodeSession.open(Canvas.forCompletion(text, 40, MASK), options(), model);
                        DecodeSession with = DecodeSession.open(canvas, options(), model, kept)) {
                    assertThat(with.reused()).isEqualTo(new int[] {0, 72, 120}[turn]);
                    assertThat(with.plan().ids().length)
                            .isEqualTo(without.plan().ids().length - with.reused());
                    while (!with.done()) {
                        Proposals one = model.forward(List.of(without.plan())).getFirst();
                        Proposals other = model.forward(List.of(with.plan())).getFirst();
                        assertThat(other.tokens()).isEqualTo(one.tokens());
                        assertSame(other, one);
                        without.apply(one);
                        with.apply(other);
                    }
                    with.leave(kept);
                }
                int[] more = {9, 8, 7, 6, 5, 9, 8, 7};
                text = IntStream.concat(Arrays.stream(canvas.ids()), Arrays.stream(more))
                        .toArray();
            }
        }
    }

    @Test
    void an_end_token_ends_the_answer_and_nothing_behind_its_block_is_run() {
        try (Transformer model = blockCausal()) {
            Canvas first = canvas();
            decode(first, options(), model);
            int end = first.id(PROMPT + 20);
            Canvas canvas = canvas();
            DecodeSession session = decode(canvas, options().withEndTokens(Set.of(end)), model);
            int at = session.endPosition().orElseThrow();
            assertThat(at).isLessThanOrEqualTo(PROMPT + 20);
            assertThat(canvas.id(at)).isEqualTo(end);
            assertThat(Arrays.stream(canvas.ids(PROMPT, at))).doesNotContain(end, MASK);
        }
    }

    private static DecodeSession decode(Canvas canvas, DecodeOptions options, Transformer model) {
        try (DecodeSession session = DecodeSession.open(canvas, options, model)) {
            while (!session.done()) {
                session.apply(model.forward(List.of(session.plan())).getFirst());
            }
            return session;
        }
    }

    @Test
    void what_such_a_model_cannot_do_is_refused_with_the_reason() {
        try (Transformer model = blockCausal()) {
            assertRefused(canvas(), options().withBlocks(BLOCK, CachePolicy.of("dual")), model, "cache dual", "exact");
            assertRefused(
                    canvas(), options().withBlocks(BLOCK, CachePolicy.of("prefix")), model, "cache prefix", "exact");
            assertRefused(
                    canvas(),
                    options().withBlocks(32, CachePolicy.NONE),
                    model,
                    "trained with blocks of 24",
                    "block length of 32");
            int[] holed = {9, 8, MASK, MASK, 7};
            assertRefused(new Canvas(holed, MASK), options(), model, "cannot fill holes");
        }
    }

    @Test
    void the_model_s_own_blocks_and_cache_may_be_said_and_growth_has_nothing_to_save() {
        try (Transformer model = blockCausal()) {
            Canvas plain = canvas();
            decode(plain, options(), model);
            for (DecodeOptions same : List.of(
                    options().withBlocks(BLOCK, CachePolicy.NONE),
                    options().withBlocks(BLOCK, CachePolicy.EXACT),
                    options().withGrowth(new Growth.Chunks(48)))) {
                Canvas canvas = canvas();
                decode(canvas, same, model);
                assertThat(canvas.ids()).isEqualTo(plain.ids());
            }
        }
    }

    @Test
    void the_exact_cache_is_refused_for_models_that_see_the_whole_sequence() {
        try (Transformer model = model(Alignment.IN_PLACE, Optional.empty(), EngineKind.PLAIN)) {
            assertRefused(
                    canvas(),
                    options().withBlocks(BLOCK, CachePolicy.EXACT),
                    model,
                    "cache exact needs a model with block-causal attention");
        }
    }

    private static void assertRefused(Canvas canvas, DecodeOptions options, Transformer model, String... parts) {
        assertThatThrownBy(() -> DecodeSession.open(canvas, options, model))
                .isInstanceOf(WrongValueException.class)
                .hasMessageContainingAll(parts);
    }
}
