package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.Growth;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On a clock by which a run of everything takes 500 ms, and others 40 ms up to 20 rows and 4 ms a row beyond. */
@Timeout(60)
class EngineAutoBlocksTest {
    private static final CachePolicy DUAL = CachePolicy.of("dual");
    private static final int MEASURED = 6;

    private final AtomicLong nanos = new AtomicLong();
    private final RuleDenoiser model = RuleDenoiser.ofHash();

    EngineAutoBlocksTest() {
        model.beforeForward(plans -> plans.forEach(plan -> nanos.addAndGet(millis(plan) * 1_000_000)));
    }

    private static long millis(ForwardPlan plan) {
        int rows = plan.ids().length;
        return plan.cache() instanceof CacheAccess.Reuse ? 40 + 4L * Math.max(0, rows - 20) : 500;
    }

    private Engine engine() {
        return new Engine(model, Optional.of(new ByteTokenizer()), EngineOptions.DEFAULT, nanos::get);
    }

    private static GenerateRequest request(int tokens, DecodeOptions options) {
        return GenerateRequest.of("int max(".chars().toArray(), tokens, options);
    }

    private static DecodeOptions auto(int steps) {
        return DecodeOptions.ofSteps(steps).withAutoBlocks(DUAL);
    }

    @Test
    void the_length_is_chosen_by_what_was_measured_once_and_the_answer_says_it() throws Exception {
        try (Engine engine = engine()) {
            Completion answer = engine.generate(request(64, auto(64)));
            assertThat(answer.cost().chosenBlock()).hasValue(16);
            assertThat(answer.cost().figures()).containsEntry("chosen_block_length", 16);
            assertThat(answer.notes())
                    .singleElement()
                    .asString()
                    .matches("block length 16 by measured steps: about .* s for 64 tokens at 1\\.00 a forward"
                            + " \\(4: .*, 8: .*, 32: .*, 64: .*\\)");
            assertThat(answer.cost().cacheRefreshes()).as("four blocks").isEqualTo(4);
            assertThat(model.passes()).hasSize(MEASURED + answer.cost().forwards());

            int before = model.passes().size();
            Completion again = engine.generate(request(64, auto(64)));
            assertThat(model.passes()).hasSize(before + again.cost().forwards());
            assertThat(again.ids()).isEqualTo(answer.ids());

            Completion plain =
                    engine.generate(request(64, DecodeOptions.ofSteps(64).withBlocks(16, DUAL)));
            assertThat(plain.ids()).isEqualTo(answer.ids());
            assertThat(plain.cost().chosenBlock()).isEmpty();
            assertThat(plain.cost().figures()).doesNotContainKey("chosen_block_length");
            assertThat(plain.notes()).isEmpty();
        }
        assertThat(model.openCaches()).isZero();
    }

    @Test
    void holes_in_a_document_open_ones_too_and_canvases_that_grow_may_be_left_to_it() throws Exception {
        try (Engine engine = engine()) {
            Document holes = Document.parse("a = <|hole|>; b = <|hole|>;", 3, 24);
            Completion filled = engine.generate(GenerateRequest.of(holes, auto(27)));
            assertThat(filled.cost().chosenBlock()).hasValue(16);
            assertThat(filled.holeTexts()).extracting(String::length).containsExactly(3, 24);

            Document open = Document.parse("a = <|hole|>; b();");
            Completion found = engine.generate(
                    GenerateRequest.of(open, auto(open.holes().getFirst().tokens())));
            assertThat(found.cost().chosenBlock()).isPresent();

            Completion grown = engine.generate(request(96, auto(96).withGrowth(new Growth.Chunks(32))));
            assertThat(grown.cost().chosenBlock().getAsInt()).isIn(4, 8, 16, 32);
        }
    }

    @Test
    void a_model_with_blocks_of_its_own_and_an_answer_that_no_length_goes_with_are_refused_before_anything_runs() {
        RuleDenoiser blocks = RuleDenoiser.inBlocks(Alignment.IN_PLACE, new BlockCausal(8, BlockCausal.Border.START));
        try (Engine engine = Engine.withoutTokenizer(blocks, EngineOptions.DEFAULT)) {
            assertThatThrownBy(() -> engine.submit(request(16, auto(16)), GenerationListener.NONE))
                    .hasMessage("block length auto has nothing to choose: the model was trained with blocks of 8 tokens"
                            + " and runs no others; leave it out");
        }
        try (Engine engine = engine()) {
            assertThatThrownBy(() -> engine.submit(request(5000, auto(10)), GenerationListener.NONE))
                    .hasMessageContaining("5000 tokens are to be generated");
        }
        assertThat(List.of(blocks.passes(), model.passes())).allMatch(List::isEmpty);
    }
}
