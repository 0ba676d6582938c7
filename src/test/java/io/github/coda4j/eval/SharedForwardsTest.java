package io.github.coda4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.DecodeSession;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules that share forwards decode as they do alone. */
class SharedForwardsTest {
    private static final int[] LENGTHS = {9, 16, 1};
    private static final int PAD = 'q';

    private record Outcome(List<Integer> ids, int forwards, int full, long rows) {}

    @Test
    void every_rule_with_every_cache_decodes_as_it_does_alone_and_much_is_not_run_again() {
        RuleDenoiser shared = RuleDenoiser.ofHash();
        List<SamplerSetting> settings = Stream.concat(
                        everyOther(SamplerSetting.rules()), everyOther(SamplerSetting.refreshes()))
                .toList();
        long forwards = 0;
        long ofRules = 0;
        try (SharedForwards memory = new SharedForwards(shared, LENGTHS.length)) {
            for (SamplerSetting setting : settings) {
                List<Outcome> together = together(memory, setting);
                RuleDenoiser single = RuleDenoiser.ofHash();
                List<Outcome> alone = new ArrayList<>();
                for (int i = 0; i < LENGTHS.length; i++) {
                    int index = i;
                    setting.options(LENGTHS[i]).ifPresent(options -> alone.add(alone(single, canvas(index), options)));
                }
                assertThat(together).as(setting.toString()).isEqualTo(alone);
                int own = alone.stream().mapToInt(Outcome::forwards).sum();
                forwards += own;
                ofRules += setting.block() == 0 ? own : 0;
            }
            assertThat(memory.run() + memory.remembered()).isEqualTo(2 * forwards);
            long runOfRules = memory.run() - 2 * (forwards - ofRules);
            assertThat(runOfRules).as("rules go together for a while").isLessThan(ofRules * 9 / 10);
        }
        assertThat(shared.openCaches()).isZero();
    }

    @Test
    void canvases_run_in_one_pass() {
        RuleDenoiser model = RuleDenoiser.ofHash();
        SamplerSetting setting = SamplerSetting.rules().getFirst();
        try (SharedForwards memory = new SharedForwards(model, LENGTHS.length)) {
            memory.decode(
                    IntStream.range(0, LENGTHS.length)
                            .mapToObj(i -> work(i, setting))
                            .toList(),
                    new Heard());
        }
        assertThat(model.passes().getFirst()).hasSize(LENGTHS.length);
    }

    @Test
    void the_cache_of_a_rule_is_freed_when_decoding_fails() {
        RuleDenoiser model = RuleDenoiser.ofHash();
        SamplerSetting refreshed = SamplerSetting.refreshes().getFirst();
        try (SharedForwards memory = new SharedForwards(model, LENGTHS.length)) {
            model.beforeForward(_ -> {
                throw new IllegalStateException("no memory");
            });
            assertThatThrownBy(() -> together(memory, refreshed)).hasMessage("no memory");
        }
        assertThat(model.openCaches()).isZero();
    }

    /** Two of the four settings of each curve. */
    private static Stream<SamplerSetting> everyOther(List<SamplerSetting> settings) {
        return IntStream.range(0, settings.size()).filter(i -> i % 2 == 0).mapToObj(settings::get);
    }

    /** What each canvas came to, and what the listener heard of it. */
    private static List<Outcome> together(SharedForwards memory, SamplerSetting setting) {
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < LENGTHS.length; i++) {
            if (setting.options(LENGTHS[i]).isEmpty()) {
                continue;
            }
            Heard heard = new Heard();
            SharedForwards.Work work = work(i, setting);
            memory.decode(List.of(work), heard);
            outcomes.add(heard.outcome(work.canvas()));
        }
        // Once more, all at once: from memory, where it may be remembered.
        List<SharedForwards.Work> all = IntStream.range(0, LENGTHS.length)
                .filter(i -> setting.options(LENGTHS[i]).isPresent())
                .mapToObj(i -> work(i, setting))
                .toList();
        long before = memory.remembered();
        Heard heard = new Heard();
        memory.decode(all, heard);
        assertThat(all.stream().map(work -> ids(work.canvas())))
                .containsExactlyElementsOf(outcomes.stream().map(Outcome::ids).toList());
        boolean remembers = setting.block() == 0;
        assertThat(memory.remembered() - before).isEqualTo(remembers ? heard.forwards : 0);
        return outcomes;
    }

    private static SharedForwards.Work work(int index, SamplerSetting setting) {
        return new SharedForwards.Work(
                index,
                canvas(index),
                setting.options(LENGTHS[index]).orElseThrow().withHolePad(OptionalInt.of(PAD)));
    }

    private static final class Heard implements SharedForwards.Heard {
        private int forwards;
        private int full;
        private long rows;

        @Override
        public void forward(int numRows, boolean all) {
            forwards++;
            full += all ? 1 : 0;
            rows += numRows;
        }

        Outcome outcome(Canvas canvas) {
            return new Outcome(ids(canvas), forwards, full, rows);
        }
    }

    private static Outcome alone(Denoiser model, Canvas canvas, DecodeOptions options) {
        Heard heard = new Heard();
        try (DecodeSession session = DecodeSession.open(canvas, options.withHolePad(OptionalInt.of(PAD)), model)) {
            while (!session.done()) {
                ForwardPlan plan = session.plan();
                heard.forward(plan.ids().length, !(plan.cache() instanceof CacheAccess.Reuse));
                session.apply(model.forward(List.of(plan)).getFirst());
            }
        }
        return heard.outcome(canvas);
    }

    /** Masks with text on both sides. */
    private static Canvas canvas(int index) {
        int[] ids = new int[6 + LENGTHS[index]];
        Arrays.setAll(ids, i -> 'a' + (7 * i + index) % 26);
        Arrays.fill(ids, 3, 3 + LENGTHS[index], RuleDenoiser.ofHash().maskId());
        return new Canvas(ids, RuleDenoiser.ofHash().maskId());
    }

    private static List<Integer> ids(Canvas canvas) {
        return Arrays.stream(canvas.ids()).boxed().toList();
    }
}
