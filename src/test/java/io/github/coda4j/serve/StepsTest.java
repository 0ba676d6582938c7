package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.generate.CommitEvent;
import io.github.coda4j.generate.StepEvent;
import io.github.coda4j.serve.wire.StepFrame;
import io.github.coda4j.serve.wire.StepFrame.Place;
import io.github.coda4j.testkit.ByteTokenizer;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Steps over the windows of a long document; those over one sequence are in {@link RegionRoutesTest}. */
class StepsTest {
    private static final int MASK = ByteTokenizer.MASK;

    private final Steps steps = new Steps(new ByteTokenizer(), MASK, Set.of(ByteTokenizer.END));

    private StepFrame step(int position, int... canvas) {
        StepEvent event = new StepEvent(0, List.of(new CommitEvent(0, position, canvas[position], 0.5f, 0.5f)), canvas);
        steps.accept(event);
        return steps.frame(event);
    }

    @Test
    void holes_of_a_later_window_are_counted_on_and_those_before_keep_their_texts() {
        steps.window(0);
        assertThat(step(1, 'x', 'a', 'y', MASK, 'z').lengths()).containsExactly(1, 1);
        assertThat(step(3, 'x', 'a', 'y', 'b', 'z').regions()).containsExactly("a", "b");
        steps.window(2);
        StepFrame frame = step(2, 'u', MASK, 'c', 'v', 'w'); // a sequence as long as the one before
        assertThat(frame.commits().getFirst().place()).isEqualTo(new Place(2, 1));
        assertThat(frame.lengths()).containsExactly(1, 1, 2);
        assertThat(frame.regions()).containsExactly("a", "b", "\u2591c");
        assertThat(frame.text()).isEqualTo("ab\u2591c");
        assertThat(frame.masksLeft()).isEqualTo(1);
        assertThat(step(1, 'u', 'd', 'c', 'v', 'w').lengths()).isEmpty();
    }
}
