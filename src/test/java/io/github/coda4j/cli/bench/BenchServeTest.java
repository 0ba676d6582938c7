package io.github.coda4j.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.bench.ProcessMemory;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.files.Json;
import io.github.coda4j.serve.Served;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The load is put on and what is seen is reported; times are not judged here. */
@Timeout(400)
class BenchServeTest {
    @Tag("process")
    @Tag("slow")
    @Test
    void a_server_of_its_own_is_measured_and_found_well() {
        Cli cli = new Cli().real();
        int code = cli.run(
                "bench",
                "serve",
                "--clients",
                "12",
                "--minutes",
                "0.05",
                "--rounds",
                "1",
                "--aborts",
                "40",
                "--idle-streams",
                "20",
                "--mutated",
                "60",
                "--json");
        assertThat(code).as(cli.out() + cli.err()).isZero();
        JsonNode report = Json.parse(cli.out(), "the report");
        assertThat(report.get("requests").intValue()).isPositive();
        for (String nothing : new String[] {"hung", "wrong", "lost", "sessions_left", "tensors_left"}) {
            assertThat(report.get(nothing).intValue()).as(nothing).isZero();
        }
        JsonNode mutated = report.get("mutated");
        assertThat(mutated.get("requests").intValue()).isEqualTo(60);
        assertThat(mutated.get("faults").intValue()).as(mutated.toString()).isZero();
        assertThat(mutated.get("sessions_left").intValue()).isZero();
        assertThat(report.get("aborted").intValue()).isEqualTo(40);
        assertThat(report.get("idle_streams").intValue()).isEqualTo(20);
        if (ProcessMemory.resident().isPresent()) {
            assertThat(report.get("memory")).as("after each fifth").hasSize(5);
            JsonNode idle = report.get("memory_idle");
            assertThat(idle.get("resident").longValue())
                    .isGreaterThan(idle.get("files").longValue()
                            + idle.get("heap_used").longValue());
        }
        assertThat(report.at("/full_sequences/sequences_in_a_pass").doubleValue())
                .as("eight clients share passes")
                .isGreaterThan(2);
        assertThat(report.at("/full_sequences/ratio").doubleValue()).isPositive();
        assertThat(report.get("peak_operations_per_second").doubleValue()).isGreaterThan(1e9);
        double one = report.at("/full_sequences/operations_1").doubleValue();
        assertThat(one)
                .as("32 steps of some 40 positions and 8.4 million weights")
                .isBetween(8e9, 40e9);
        assertThat(report.at("/full_sequences/operations_8").doubleValue())
                .as("an answer is worked out alike, whatever runs beside it")
                .isCloseTo(one, withPercentage(10));
        assertThat(report.at("/cached_blocks/operations_1").doubleValue())
                .as("a block of a quarter of the sequence costs less than the sequence")
                .isBetween(one / 8, one / 2);
        int committed = report.at("/first_text/committed_by_step").intValue();
        assertThat(committed).isBetween(1, 31);
        assertThat(report.at("/first_text/read_at_pass").intValue()).isGreaterThanOrEqualTo(committed);
        assertThat(report.get("passes_after_leaving").intValue()).isGreaterThanOrEqualTo(0);
        assertThat(report.get("health_ms_p50").doubleValue()).isPositive();
    }

    @Tag("slow")
    @Test
    void a_server_elsewhere_is_measured_from_outside() {
        try (Served served = new Served()) {
            Cli cli = new Cli().real();
            int code = cli.run(
                    "bench",
                    "serve",
                    "--base-url",
                    served.server().address(),
                    "--clients",
                    "3",
                    "--minutes",
                    "0.02",
                    "--rounds",
                    "1",
                    "--aborts",
                    "8");
            assertThat(code).as(cli.out() + cli.err()).isZero();
            assertThat(cli.out())
                    .contains("0 hung, 0 wrong, 0 lost", "aborted requests   8 leave 0 sessions")
                    .doesNotContain("client gone", "memory", "tensors");
        }
    }

    @Test
    void what_cannot_be_measured_is_refused() {
        refused("--minutes must be above 0", "--minutes", "0");
        refused("--mutated must be 0 or positive", "--mutated", "-1");
        refused("--recordings has no effect without --mutated N", "--recordings", "x");
        refused("--patience must be 1", "--patience", "0");
        refused("the number of clients must be at least 1", "--clients", "0");
        refused("the number of rounds must be at least 1", "--rounds", "0");
        refused(
                "--idle-streams is for a server that is started here",
                "--base-url",
                "http://a:1",
                "--idle-streams",
                "9");
        refused("--model is for a server that is started here", "--base-url", "http://a:1", "--model", "x");
        refused("the server must be given as http://HOST:PORT", "--base-url", "127.0.0.1:8000");
    }

    private static void refused(String what, String... flags) {
        Cli cli = new Cli();
        String[] arguments = new String[flags.length + 2];
        arguments[0] = "bench";
        arguments[1] = "serve";
        System.arraycopy(flags, 0, arguments, 2, flags.length);
        assertThat(cli.run(arguments)).as(cli.err()).isEqualTo(2);
        assertThat(cli.err()).contains(what);
    }
}
