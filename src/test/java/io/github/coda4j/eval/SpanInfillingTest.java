package io.github.coda4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpanInfillingTest {
    private static final int NEWLINE = 9;

    @Test
    void a_baseline_fills_in_what_it_has_seen_follow_and_backs_off_where_it_has_not() {
        NGram baseline = new NGram(5, 12);
        for (int i = 0; i < 3; i++) {
            baseline.learn(new int[] {1, 2, 3, 4, 5, 6, 7, 8});
        }
        assertThat(baseline.fill(new InfillSpan(new int[] {1, 2, 3}, new int[] {4, 5, 6}, new int[0])))
                .containsExactly(4, 5, 6);
        assertThat(baseline.next(new int[] {40, 41, 42, 6}, 4))
                .as("only the last token was seen")
                .isEqualTo(7);
    }

    @Test
    void the_more_frequent_continuation_wins() {
        NGram baseline = new NGram(3, 12);
        for (int token : new int[] {20, 21, 21, 22, 21, 21}) {
            baseline.learn(new int[] {1, 2, token});
        }
        assertThat(baseline.next(new int[] {1, 2}, 2)).isEqualTo(21);
    }

    @Test
    void lines_are_whole_and_have_the_length_asked_for() {
        int[] document = {1, 2, NEWLINE, 3, 4, 5, NEWLINE, 6, NEWLINE, 7, 8, 10};
        List<InfillSpan> lines = new SpanSampler(100, 1).lines(List.of(document), token -> token == NEWLINE, 3, 5, 1);
        assertThat(lines).hasSize(1);
        assertThat(lines.getFirst().answer()).containsExactly(3, 4, 5, NEWLINE);
        assertThat(lines.getFirst().before()).containsExactly(1, 2, NEWLINE);
        assertThat(lines.getFirst().after()).containsExactly(6, NEWLINE, 7, 8, 10);
    }

    @Test
    void spans_are_the_same_for_the_same_seed_and_have_at_most_the_context_around_them() {
        List<int[]> documents = List.of(
                IntStream.range(0, 50).toArray(), IntStream.range(100, 120).toArray(), new int[] {1, 2});
        SpanSampler sampler = new SpanSampler(10, 3);
        List<InfillSpan> spans = sampler.ofLength(documents, 4, 6);
        assertThat(spans).hasSize(6);
        for (InfillSpan span : spans) {
            assertThat(span.answer()).hasSize(4);
            assertThat(span.before().length).isPositive();
            assertThat(span.before().length + span.after().length).isLessThanOrEqualTo(10);
            assertThat(span.answer()[0]).isEqualTo(span.before()[span.before().length - 1] + 1);
        }
        assertThat(sampler.ofLength(documents, 4, 6)).usingRecursiveComparison().isEqualTo(spans);
        assertThat(new SpanSampler(10, 4).ofLength(documents, 4, 6))
                .usingRecursiveComparison()
                .isNotEqualTo(spans);
    }

    @Test
    void a_model_s_score_counts_spans_tokens_and_forwards() {
        // says 1 at even positions, and 2 at odd ones
        RuleDenoiser model = new RuleDenoiser(64, (ids, position) -> 1 + position % 2);
        List<InfillSpan> spans = List.of(
                new InfillSpan(new int[] {5, 5}, new int[] {1, 2, 1}, new int[] {5}),
                new InfillSpan(new int[] {5, 5}, new int[] {1, 2, 2}, new int[] {5}));
        InfillScore score = SpanInfilling.of(
                model, spans, InfillSpan.Sides.BOTH, DecodeOptions::ofSteps, Validity.UNKNOWN, () -> {});
        assertThat(score.exactMatch()).isEqualTo(0.5);
        assertThat(score.tokenAccuracy()).isEqualTo(5.0 / 6);
        assertThat(score.forwards())
                .as("three steps each, of which the first commits nothing and asks nothing")
                .isEqualTo(4);
    }

    @Test
    void left_only_hides_the_right_side() {
        InfillSpan span = new InfillSpan(new int[] {5, 6}, new int[] {1, 2}, new int[] {7, 8});
        assertThat(span.canvas(InfillSpan.Sides.LEFT, 0).ids()).containsExactly(5, 6, 0, 0);
        assertThat(span.canvas(InfillSpan.Sides.BOTH, 0).ids()).containsExactly(5, 6, 0, 0, 7, 8);
        assertThat(Arrays.asList(InfillSpan.Sides.values())).hasToString("[both, left]");
    }

    @Test
    void files_of_java_and_python_are_judged_whole_and_other_files_not_at_all() {
        Syntax syntax = Syntax.ofJavaAndPython(ids -> new String(ids, 0, ids.length));
        int[] java = "class A { int a = 1; }".chars().toArray();
        InfillSpan one = InfillSpan.cut(java, 18, 1, 4);
        assertThat(one.before().length + one.after().length).isEqualTo(4);
        assertThat(syntax.of(one, new int[] {'2'})).contains(true);
        assertThat(syntax.of(one, new int[] {'}'})).contains(false);
        InfillSpan python = InfillSpan.cut("def a():\n    return 1\n".chars().toArray(), 20, 1, 4);
        assertThat(syntax.of(python, new int[] {'2'})).contains(true);
        assertThat(syntax.of(python, new int[] {'}'})).contains(false);
        assertThat(syntax.of(python, "x if é else None".chars().toArray())).contains(true);
        InfillSpan prose = InfillSpan.cut("1. Say what it is.".chars().toArray(), 7, 1, 4);
        assertThat(syntax.of(prose, new int[] {'b'})).isEmpty();
    }
}
