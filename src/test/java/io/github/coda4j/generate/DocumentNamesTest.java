package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.testkit.ByteTokenizer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of a document, by how near they are to a hole. */
class DocumentNamesTest {
    private final ByteTokenizer tokenizer = new ByteTokenizer();

    @Test
    void the_nearest_names_come_first_from_both_sides_and_once() {
        DocumentNames names =
                new DocumentNames(List.of("int far; int near = far + ", "; return near(2x); } größe $1"), tokenizer);
        assertThat(texts(names, 0, "", 16, 8)).containsExactly("far", "return", "near", "int", "x", "größe", "$1");
        assertThat(texts(names, 0, "", 3, 8)).containsExactly("far", "return", "near");
        assertThat(texts(names, 0, "", 16, 3)).as("of at most 3 tokens").containsExactly("far", "int", "x", "$1");
    }

    @Test
    void a_space_that_is_hidden_before_the_hole_is_part_of_the_tokens() {
        DocumentNames names = new DocumentNames(List.of("return", "; b", ""), tokenizer);
        assertThat(texts(names, 1, " ", 16, 8)).containsExactly(" b", " return");
    }

    @ParameterizedTest
    @CsvSource({
        "limit, true",
        "' limit ', true",
        "this.limit, true",
        "self.limit, true",
        "other.limit, false",
        "limit(), false",
        "3, false",
        "'', false",
        "a b, false"
    })
    void what_is_nothing_but_a_name_is_told_from_the_rest(String answer, boolean name) {
        assertThat(DocumentNames.isName(answer)).isEqualTo(name);
    }

    private List<String> texts(DocumentNames names, int hole, String hidden, int most, int longest) {
        return names.near(hole, hidden, most, longest).stream()
                .map(tokenizer::decode)
                .toList();
    }
}
