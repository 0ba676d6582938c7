package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineRuleTest {
    private final AtomicLong nanos = new AtomicLong();

    private static String read(LineRule rule, List<String> pieces) {
        StringBuilder text = new StringBuilder();
        for (String piece : pieces) {
            if (!rule.ended()) {
                text.append(rule.accept(piece));
            }
        }
        return text.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "4, 'a;N    b;N  c;N', 'a;N    b;N  ', true",
        "4, 'a;NNb', 'a;N', true",
        "4, 'a;N    b;', 'a;N    b;', false",
        "0, 'a;Nb;NN', 'a;Nb;NN', false",
        "4, '  a;N', '  a;N', false",
        "2, 'aNTTb', 'aNTTb', false",
        "1, 'aNb', 'aN', true",
    })
    void a_line_that_is_indented_less_ends_the_text(int indent, String text, String read, boolean ended) {
        String shown = text.replace("N", "\n").replace("T", "\t");
        String wanted = read.replace("N", "\n").replace("T", "\t");
        LineRule whole = new LineRule(indent, 0, nanos::get);
        assertThat(read(whole, List.of(shown))).isEqualTo(wanted);
        assertThat(whole.ended()).isEqualTo(ended);
        LineRule byChars = new LineRule(indent, 0, nanos::get);
        assertThat(read(byChars, shown.chars().mapToObj(c -> "" + (char) c).toList()))
                .isEqualTo(wanted);
    }

    @Test
    void time_ends_the_text_at_a_line_end_and_the_first_line_is_whole() {
        LineRule rule = new LineRule(0, 250, nanos::get);
        assertThat(rule.accept("a")).isEqualTo("a");
        nanos.addAndGet(400_000_000);
        assertThat(rule.accept("b")).isEqualTo("b");
        assertThat(rule.ended()).isFalse();
        assertThat(rule.accept("c\n d")).isEqualTo("c\n d");
        assertThat(rule.ended()).isTrue();
    }

    @Test
    void within_the_time_lines_go_on() {
        LineRule rule = new LineRule(0, 250, nanos::get);
        rule.accept("a\n");
        nanos.addAndGet(200_000_000);
        rule.accept("b\n");
        assertThat(rule.ended()).isFalse();
    }
}
