package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The steps of an answer, as streams of OpenAI's and Mercury's dialects tell them. */
@Timeout(60)
@Tag("slow")
class StreamedStepsTest extends WithServed {
    @Test
    void steps_are_shown_on_request() {
        List<JsonNode> steps = post(
                        "/v1/completions",
                        "{\"prompt\":\"abc\",\"max_tokens\":5,\"stream\":true,"
                                + "\"stream_options\":{\"diffusion\":true}}")
                .chunks()
                .stream()
                .filter(chunk -> chunk.has("diffusion"))
                .toList();
        int masks = 5;
        for (int i = 0; i < steps.size(); i++) {
            JsonNode step = steps.get(i).get("diffusion");
            assertThat(step.get("step").intValue()).isEqualTo(i);
            masks -= step.get("commits").size();
            assertThat(step.get("masks_left").intValue()).isEqualTo(masks);
            for (JsonNode commit : step.get("commits")) {
                int position = commit.get("position").intValue();
                assertThat(position).isBetween(0, 4);
                assertThat(commit.get("text").textValue()).isEqualTo(Integer.toString(position + 3));
                assertThat(commit.get("probability").doubleValue()).isBetween(0.0, 1.0);
            }
            assertThat(steps.get(i).at("/choices/0/text").textValue()).isEmpty();
        }
        assertThat(masks).isZero();
        assertThat(steps.getLast().at("/diffusion/text").textValue()).isEqualTo("34567");
        assertThat(steps.getFirst().at("/diffusion/text").textValue())
                .hasSize(5)
                .contains("\u2591");
    }

    @ParameterizedTest
    @ValueSource(strings = {"entropy", "p2"})
    void frames_of_a_canvas_that_grows_hold_what_was_committed_before(String alg) {
        List<JsonNode> frames = post(
                        "/v1/completions",
                        "{\"prompt\":\"abc\",\"max_tokens\":10,\"grow\":4,\"alg\":\"" + alg
                                + "\",\"stream\":true,\"stream_options\":{\"diffusion\":true}}")
                .chunks()
                .stream()
                .filter(chunk -> chunk.has("diffusion"))
                .map(chunk -> chunk.get("diffusion"))
                .toList();
        int committed = 0;
        List<Integer> lengths = new ArrayList<>();
        for (JsonNode frame : frames) {
            String text = frame.get("text").textValue();
            lengths.add(text.length());
            committed += frame.get("commits").size();
            long masks = text.chars().filter(one -> one == '\u2591').count();
            assertThat(frame.get("masks_left").longValue()).isEqualTo(masks);
            assertThat(text.length() - masks).isLessThanOrEqualTo(committed);
            assertThat("3456789012".substring(0, (text.length() - 1) / 4 * 4))
                    .as("full chunks of %s", text)
                    .isEqualTo(text.substring(0, (text.length() - 1) / 4 * 4));
            for (JsonNode commit : frame.get("commits")) {
                assertThat(commit.get("text").textValue())
                        .isEqualTo(Integer.toString((commit.get("position").intValue() + 3) % 10));
            }
        }
        assertThat(lengths.stream().distinct()).containsExactly(4, 8, 10);
        assertThat(frames.getLast().get("text").textValue()).isEqualTo("3456789012");
    }

    @Test
    void mercury_frames_hold_the_whole_text() {
        List<JsonNode> chunks = post(
                        "/v1/chat/completions",
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":3,"
                                + "\"stream\":true,\"diffusing\":true}")
                .chunks();
        String last = chunks.getLast().at("/choices/0/delta/content").textValue();
        assertThat(last).hasSize(3).containsOnlyDigits();
        assertThat(chunks.get(1).at("/choices/0/delta/content").textValue())
                .hasSize(3)
                .contains("\u2591");
    }
}
