package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HiddenTextTest {
    private static final HiddenText TWO_ENDS = new HiddenText("", "\r\n\n");

    @Test
    void an_answer_repeats_as_many_line_ends_as_are_hidden_of_whatever_kind() {
        assertThat(TWO_ENDS.numRepeated("x")).isZero();
        assertThat(TWO_ENDS.numRepeated("x\n")).isEqualTo(1);
        assertThat(TWO_ENDS.numRepeated("x\n\n")).isEqualTo(2);
        assertThat(TWO_ENDS.numRepeated("x\r\n\r\n")).isEqualTo(4);
        assertThat(TWO_ENDS.numRepeated("x\n\n\n")).isEqualTo(2);
        assertThat(TWO_ENDS.numRepeated("\n\r\n\r")).isEqualTo(3);
        assertThat(TWO_ENDS.numRepeated("\r\n")).isEqualTo(2);
        assertThat(new HiddenText("", "\n\r").numRepeated("x\n\n")).isEqualTo(2);
        assertThat(HiddenText.NOTHING.numRepeated("x\n")).isZero();
    }

    @Test
    void line_ends_at_the_end_of_an_unfinished_answer_wait_where_some_are_hidden() {
        assertThat(TWO_ENDS.numWaiting("x")).isZero();
        assertThat(TWO_ENDS.numWaiting("x\r\n\n")).isEqualTo(3);
        assertThat(TWO_ENDS.numWaiting("\n")).isEqualTo(1);
        assertThat(HiddenText.NOTHING.numWaiting("x\n")).isZero();
    }

    @Test
    void a_text_hides_line_ends_behind_a_hole_and_one_space_before_a_hole() {
        assertThat(HiddenText.Seen.of("\r\n a  ", true, true)).isEqualTo(new HiddenText.Seen("\r\n", " a ", " "));
        assertThat(HiddenText.Seen.of("\n a ", false, true)).isEqualTo(new HiddenText.Seen("", "\n a", " "));
        assertThat(HiddenText.Seen.of("\n a ", true, false)).isEqualTo(new HiddenText.Seen("\n", " a ", ""));
        assertThat(HiddenText.Seen.of("\n ", true, true)).isEqualTo(new HiddenText.Seen("", "\n ", ""));
        assertThat(HiddenText.Seen.of("\n", true, false)).isEqualTo(new HiddenText.Seen("\n", "", ""));
    }
}
