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
    void only_those_that_are_wanted_count() {
        DocumentNames names = new DocumentNames(List.of("int far; int near = far + ", "; x"), tokenizer);
        assertThat(names.near(0, "", name -> !name.equals("far"), 2, 8).stream().map(DocumentNames.Spelling::text))
                .containsExactly("x", "near");
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

    @Test
    void words_for_values_are_no_names() {
        DocumentNames names =
                new DocumentNames(List.of("if (this == null) { return ", "; } return true; self"), tokenizer);
        assertThat(texts(names, 0, "", 16, 8)).containsExactly("return", "if");
    }

    @Test
    void an_answer_that_says_what_follows_the_hole_and_goes_on_is_cut_there() {
        assertThat(cut("; }\n}", "a; }\n int f() { return b", "c;\n}", "d + e; } \n", " ; }\n", "f; }", "a; }\n"))
                .containsExactly("a", "d + e");
        assertThat(cut(");\n", "{\n g(x);\n}")).as("within its own brackets").isEmpty();
        assertThat(cut(");\n", "g(x));\n h(")).containsExactly("g(x)");
        assertThat(cut("\n}", "a\n}")).as("the hole ends its line").isEmpty();
        assertThat(cut("", "a\n}")).as("nothing follows").isEmpty();
        assertThat(cut(";", "a;\nb", "much longer;\nb", "c;\nb", "d;\nb"))
                .as("at most two, of at most 8 tokens")
                .containsExactly("a", "c");
    }

    private List<String> cut(String after, String... answers) {
        return new DocumentNames(List.of("int f() { return ", after), tokenizer)
                .cut(0, List.of(answers), "", 2, 8).stream()
                        .map(DocumentNames.Spelling::text)
                        .toList();
    }

    private List<String> texts(DocumentNames names, int hole, String hidden, int most, int longest) {
        return names.near(hole, hidden, _ -> true, most, longest).stream()
                .map(spelling -> tokenizer.decode(spelling.ids()))
                .toList();
    }
}
