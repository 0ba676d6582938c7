package io.github.coda4j.serve.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FimMarkersTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<|fim_prefix|>a = <|fim_suffix|>\n;<|fim_middle|>",
                "<fim_prefix>a = <fim_suffix>\n;<fim_middle>",
                "<|code_prefix|>a = <|code_suffix|>\n;<|code_middle|>",
                "<PRE> a =  <SUF>\n; <MID>",
                "<\uFF5Cfim\u2581begin\uFF5C>a = <\uFF5Cfim\u2581hole\uFF5C>\n;<\uFF5Cfim\u2581end\uFF5C>",
                "[SUFFIX]\n;[PREFIX]a = ",
            })
    void a_complete_set_is_a_text_with_a_hole(String prompt) {
        assertThat(FimMarkers.parse(prompt)).hasValue(TextPrompt.Holes.between("a = ", "\n;"));
    }

    @Test
    void files_before_it_are_text_before_the_hole() {
        assertThat(FimMarkers.parse("<|repo_name|>r\n<|file_sep|>A.java\nclass A {}\n"
                                + "<|fim_prefix|>b<|fim_suffix|>c<|fim_middle|>")
                        .orElseThrow()
                        .pieces())
                .isEqualTo(List.of("r\nA.java\nclass A {}\nb", "c"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "int x",
                "<|fim_prefix|>a<|fim_middle|>",
                "<|fim_suffix|>a<|fim_prefix|>b<|fim_middle|>",
                "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>c",
                "<|fim_prefix|>a<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>",
                "[SUFFIX]a",
            })
    void anything_else_is_a_text(String prompt) {
        assertThat(FimMarkers.parse(prompt)).isEmpty();
    }
}
