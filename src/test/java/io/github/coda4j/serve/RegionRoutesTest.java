package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.serve.Client.Reply;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holes of a text that a request names as regions of it, with their lengths and steps. */
@Timeout(60)
@Tag("slow")
class RegionRoutesTest extends WithServed {
    @Test
    void regions_are_holes_of_one_text() {
        JsonNode choice = post(
                        "/v1/completions",
                        "{\"prompt\":\"abcdefgh\",\"max_tokens\":2,\"length\":\"fixed\","
                                + "\"regions\":[{\"start\":2,\"end\":3},{\"start\":5,\"end\":5}]}")
                .json()
                .at("/choices/0");
        assertThat(choice.get("regions")).hasSize(2);
        assertThat(choice.at("/regions/0/text").textValue()).isEqualTo("23");
        assertThat(choice.at("/regions/1/text").textValue()).isEqualTo("67");
        assertThat(choice.at("/regions/0/finish_reason").textValue()).isEqualTo("length");
        for (String wrong : new String[] {
            "[{\"start\":3,\"end\":2}]",
            "[{\"start\":2,\"end\":3},{\"start\":3,\"end\":4}]",
            "[{\"start\":9,\"end\":9}]",
            "[]",
            "[{}]"
        }) {
            assertThat(post("/v1/completions", "{\"prompt\":\"abcdefgh\",\"regions\":" + wrong + "}")
                            .status())
                    .as(wrong)
                    .isEqualTo(400);
        }
    }

    private static final String REGIONS =
            "{\"prompt\":\"abcdefgh\",\"max_tokens\":2,\"length\":\"fixed\",\"regions\":[{\"start\":2,\"end\":3},"
                    + "{\"start\":5,\"end\":5,\"max_tokens\":3}]MORE}";

    @Test
    void each_region_has_a_ceiling_of_its_own_and_a_stream_says_whose_text_it_is() {
        assertThat(post("/v1/completions", REGIONS.replace("MORE", ""))
                        .json()
                        .at("/choices/0/regions/1/text")
                        .textValue())
                .isEqualTo("678");
        Reply reply = post("/v1/completions", REGIONS.replace("MORE", ",\"stream\":true,\"n\":2"));
        StringBuilder[][] texts = new StringBuilder[2][2];
        for (JsonNode chunk : reply.chunks()) {
            JsonNode choice = chunk.at("/choices/0");
            int index = choice.get("index").intValue();
            if (choice.get("finish_reason").isNull()) {
                int region = choice.get("region").intValue();
                if (texts[index][region] == null) {
                    texts[index][region] = new StringBuilder();
                }
                texts[index][region].append(choice.get("text").textValue());
            } else {
                assertThat(choice.at("/regions/0/text").textValue()).isEqualTo("23");
                assertThat(choice.at("/regions/1/finish_reason").textValue()).isEqualTo("length");
            }
        }
        for (StringBuilder[] choice : texts) {
            assertThat(choice[0]).hasToString("23");
            assertThat(choice[1]).hasToString("678");
        }
        assertThat(reply.text()).endsWith("data: [DONE]\n\n");
    }

    @Test
    void steps_of_regions_say_where_they_committed() {
        List<JsonNode> steps = steps(REGIONS);
        assertThat(steps).hasSize(5);
        int masks = 5;
        for (JsonNode step : steps) {
            for (JsonNode commit : step.get("commits")) {
                int region = commit.get("region").intValue();
                int position = commit.get("position").intValue();
                assertThat(commit.get("text").textValue())
                        .isEqualTo(Integer.toString(region == 0 ? 2 + position : 6 + position));
                masks--;
            }
            assertThat(step.get("masks_left").intValue()).isEqualTo(masks);
        }
        assertThat(masks).isZero();
        assertThat(steps.getFirst().at("/regions/0").textValue().length()
                        + steps.getFirst().at("/regions/1").textValue().length())
                .isEqualTo(5);
        assertThat(steps.getLast().at("/regions/1").textValue()).isEqualTo("678");
        assertThat(steps.getLast().get("text").textValue()).isEqualTo("23678");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/completions      | ,'suffix':'x'                                  | suffix",
                "/v1/completions      | ,'echo':true                                   | echo",
                "/v1/completions      | ,'stream':true,'diffusing':true                | diffusing",
                "/v1/completions      | ,'best_of':2                                   | best_of",
                "/v1/completions      | ,'stop':[3]                                    | stop[0]",
                "/completion          |                                                | regions",
                "/api/generate        |                                                |",
                "/v1/fim/completions  |                                                | regions",
                "/v1/chat/completions |                                                | regions",
                "/infill              | ,'input_prefix':'a','input_suffix':'b'         | regions",
            })
    void what_does_not_go_with_regions_is_refused_by_its_name(String path, String more, String param) {
        Reply reply = post(path, REGIONS.replace("MORE", more == null ? "" : more.replace('\'', '"')));
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        if (param == null) {
            assertThat(reply.json().get("error").textValue()).startsWith("regions ");
        } else {
            assertThat(reply.json().at("/error/param").textValue()).isEqualTo(param);
        }
    }

    @Test
    void regions_that_are_none_are_refused() {
        String body = "{\"prompt\":\"a\\ud83d\\ude00b\",\"regions\":[{\"start\":2,\"end\":3}]}";
        assertThat(post("/v1/completions", body).json().at("/error/param").textValue())
                .isEqualTo("regions[0].start");
        assertThat(post("/v1/completions", REGIONS.replace("MORE", "").replace(":3}]", ":0}]"))
                        .json()
                        .at("/error/param")
                        .textValue())
                .isEqualTo("regions[1].max_tokens");
        assertThat(post("/v1/completions", REGIONS.replace("MORE", "").replace(":3}]", ":5000}]"))
                        .json()
                        .at("/error/code")
                        .textValue())
                .isEqualTo("context_length_exceeded");
    }

    @Test
    void a_region_at_the_end_is_continued_and_others_find_their_lengths() {
        JsonNode choice = post(
                        "/v1/completions",
                        "{\"prompt\":\"abcd\",\"max_tokens\":6,\"regions\":[{\"start\":2,\"end\":3},"
                                + "{\"start\":4,\"end\":4,\"max_tokens\":3}]}")
                .json()
                .at("/choices/0");
        assertThat(choice.at("/regions/1/text").textValue()).hasSize(3);
        assertThat(choice.at("/regions/0/text").textValue()).hasSizeBetween(1, 6);
    }

    @Test
    void a_region_has_a_length_of_its_own_beside_others_whose_length_is_found() {
        String body = "{\"prompt\":\"abcdefgh\",\"max_tokens\":2,\"regions\":[{\"start\":2,\"end\":3,\"tokens\":5},"
                + "{\"start\":5,\"end\":5},{\"start\":8,\"end\":8,\"tokens\":1}]}";
        JsonNode regions = post("/v1/completions", body).json().at("/choices/0/regions");
        assertThat(regions.at("/0/text").textValue()).isEqualTo("23456");
        assertThat(regions.at("/1/text").textValue()).hasSizeBetween(1, 2);
        assertThat(regions.at("/2/text").textValue()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'tokens':0                  | regions[0].tokens",
                "'tokens':-1                 | regions[0].tokens",
                "'tokens':'a'                | regions[0].tokens",
                "'tokens':3,'max_tokens':3   | regions[0].tokens",
                "'tokens':5000               | prompt",
            })
    void lengths_that_are_none_are_refused(String length, String param) {
        String body = "{\"prompt\":\"ab\",\"regions\":[{\"start\":1,\"end\":1," + length.replace('\'', '"') + "}]}";
        Reply reply = post("/v1/completions", body);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().at("/error/param").textValue()).isEqualTo(param);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"prompt\":\"abcdefgh\",\"regions\":[{\"start\":2,\"end\":3,\"tokens\":3}]MORE}",
                "{\"prompt\":\"ab\",\"max_tokens\":3MORE}"
            })
    void the_first_step_says_how_long_the_holes_are(String body) {
        List<JsonNode> steps = steps(body);
        assertThat(steps.getFirst().get("lengths").toString()).isEqualTo("[3]");
        assertThat(steps.stream().filter(step -> step.has("lengths"))).hasSize(1);
        assertThat(steps).noneMatch(step -> step.has("revoked"));
    }

    @Test
    void a_hole_at_the_end_grows_unless_it_has_a_length() {
        List<JsonNode> steps =
                steps("{\"prompt\":\"ab\",\"max_tokens\":100,\"regions\":[{\"start\":2,\"end\":2}]MORE}");
        assertThat(steps.stream()
                        .filter(step -> step.has("lengths"))
                        .map(step -> step.get("lengths").toString()))
                .containsExactly("[64]", "[100]");
        assertThat(steps.stream()
                        .flatMap(step -> step.get("commits").valueStream())
                        .map(commit -> commit.get("position").intValue()))
                .hasSize(100)
                .doesNotHaveDuplicates()
                .allMatch(position -> position >= 0 && position < 100);
        assertThat(steps.getLast().at("/regions/0").textValue()).hasSize(100).startsWith("2345");
        String fixed = "{\"prompt\":\"ab\",\"regions\":[{\"start\":2,\"end\":2,\"tokens\":100}]MORE}";
        assertThat(steps(fixed).getFirst().get("lengths").toString()).isEqualTo("[100]");
        assertThat(post("/v1/completions", fixed.replace("MORE", ",\"grow\":64"))
                        .json()
                        .at("/error/param")
                        .textValue())
                .isEqualTo("grow");
    }

    @Test
    void steps_say_which_tokens_they_take_back() {
        List<JsonNode> steps = steps(REGIONS.replace("MORE", ",\"alg\":\"p2\",\"steps\":5MORE"));
        String[][] places = new String[2][];
        int revoked = 0;
        for (JsonNode step : steps) {
            for (int region = 0; step.has("lengths") && region < places.length; region++) {
                places[region] = new String[step.at("/lengths/" + region).intValue()];
                Arrays.fill(places[region], "\u2591");
            }
            for (JsonNode commit : step.get("commits")) {
                put(places, commit, commit.get("text").textValue());
            }
            for (JsonNode place : step.path("revoked")) {
                put(places, place, "\u2591");
                revoked++;
            }
            assertThat(step.at("/regions/0").textValue()).isEqualTo(String.join("", places[0]));
            assertThat(step.at("/regions/1").textValue()).isEqualTo(String.join("", places[1]));
        }
        assertThat(revoked).isPositive();
        assertThat(places[1]).containsExactly("6", "7", "8");
    }

    private static void put(String[][] places, JsonNode place, String text) {
        places[place.get("region").intValue()][place.get("position").intValue()] = text;
    }

    private static List<JsonNode> steps(String body) {
        return post("/v1/completions", body.replace("MORE", ",\"stream\":true,\"stream_options\":{\"diffusion\":true}"))
                .chunks()
                .stream()
                .filter(chunk -> chunk.has("diffusion"))
                .map(chunk -> chunk.get("diffusion"))
                .toList();
    }
}
