package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.diffusion.BlockCausal.Border;
import io.github.coda4j.generate.Engine;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.generate.request.ValueSource;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a hole comes to where an editor gives it less time than its length takes to be found. */
@Timeout(60)
class HasteTest {
    @TempDir
    Path folder;

    /** About what a model of 1.7 billion numbers takes on two cores. */
    private static final IntToDoubleFunction LARGE = new Pace.Steps(8, 85, 32, 115)::of;

    private static final String HOLE = "{\"input_prefix\":\"" + "a b\\n".repeat(20) + "\",\"input_suffix\":\"b\","
            + "\"n_predict\":16,\"temperature\":0";

    @ParameterizedTest
    @CsvSource({
        // 0.8 of 1000 ms: eight more steps of 95 ms for 16 rows
        "1000, 16, 16, 9",
        "500, 16, 16, 5",
        // 31 rows: seven more steps of 113.75 ms
        "1000, 128, 31, 8",
        "1000, 3, 3, 3",
        // less than one step
        "50, 16, 8, 1",
        "50, 1, 1, 1",
    })
    void as_many_masks_as_can_be_filled_in_time(int millis, int ceiling, int tokens, int steps) {
        assertThat(Haste.of(millis, ceiling, LARGE)).contains(new Haste(tokens, steps));
    }

    @Test
    void a_length_is_looked_for_where_there_is_time_for_it() {
        assertThat(Haste.of(0, 16, LARGE)).isEmpty();
        assertThat(Haste.of(-1, 16, LARGE)).isEmpty();
        assertThat(Haste.of(10_000, 16, LARGE)).isEmpty();
        assertThat(Haste.of(500, 128, rows -> 1.5)).isEmpty();
        assertThat(Haste.of(100, 128, rows -> 1.5)).isPresent();
    }

    @Test
    @Tag("slow")
    void an_editors_limit_bounds_the_forwards() throws Exception {
        RuleDenoiser slow = new RuleDenoiser(Served.POSITIONS, (_, position) -> '0' + position % 10);
        slow.beforeForward(_ -> pause(4));
        try (Served served = new Served(Served.HTTP, slow)) {
            JsonNode unknown = infill(served, ",\"t_max_predict_ms\":100");
            assertThat(unknown.at("/cost/lengths_tried").intValue())
                    .as("not measured")
                    .isPositive();

            served.warmUp();
            JsonNode limited = infill(served, ",\"t_max_predict_ms\":100");
            assertThat(limited.at("/cost/lengths_tried").intValue()).isZero();
            assertThat(limited.at("/cost/cache_refreshes").intValue()).isEqualTo(1);
            assertThat(limited.at("/cost/new_tokens").intValue()).isBetween(8, 16);
            // Four milliseconds and more each, in 80 of them.
            JsonNode tight = infill(served, ",\"t_max_predict_ms\":20");
            assertThat(tight.at("/cost/forwards").intValue()).isBetween(1, 5);
            assertThat(tight.at("/cost/new_tokens").intValue()).isBetween(8, 16);

            assertThat(infill(served, "").at("/cost/lengths_tried").intValue()).isPositive();
            for (String said : new String[] {"\"steps\":16", "\"effort\":\"high\"", "\"cache\":\"none\""}) {
                assertThat(infill(served, ",\"t_max_predict_ms\":100," + said)
                                .at("/cost/lengths_tried")
                                .intValue())
                        .as("%s says how it is filled", said)
                        .isPositive();
            }
        }
    }

    @Test
    @Tag("slow")
    void who_started_the_server_may_say_how_holes_are_filled_and_a_checkpoint_not() throws Exception {
        RuleDenoiser slow = new RuleDenoiser(Served.POSITIONS, (_, position) -> '0' + position % 10);
        slow.beforeForward(_ -> pause(4));
        try (Served served = new Served(Served.HTTP, slow)) {
            served.warmUp();
            Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"coda\"}");
            Files.writeString(folder.resolve("generation_config.json"), "{\"steps\":16}");
            DecodeDefaults checkpoint = DecodeDefaults.ofCheckpoint(folder);
            served.serve(checkpoint);
            assertThat(infill(served, ",\"t_max_predict_ms\":100")
                            .at("/cost/lengths_tried")
                            .intValue())
                    .isZero();
            served.serve(checkpoint.behind(
                    ValueSource.environment(name -> name.equals("STEPS") ? Optional.of("16") : Optional.empty())));
            assertThat(infill(served, ",\"t_max_predict_ms\":100")
                            .at("/cost/lengths_tried")
                            .intValue())
                    .isPositive();
        }
    }

    @Test
    @Tag("slow")
    void a_model_with_blocks_of_its_own_has_no_steps_to_measure() {
        RuleDenoiser blocks = RuleDenoiser.inBlocks(Alignment.SHIFTED, new BlockCausal(8, Border.START));
        try (Engine engine = new Engine(blocks, new ByteTokenizer(), new EngineOptions(1, 1, 1 << 12))) {
            WarmUp.Measured measured = WarmUp.run(Served.model(engine));
            assertThat(measured.steps()).isEmpty();
            assertThat(measured.whole().forwards()).isPositive();
        }
    }

    private static JsonNode infill(Served served, String more) {
        return served.client().post("/infill", HOLE + more + "}").json().get("coda");
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
