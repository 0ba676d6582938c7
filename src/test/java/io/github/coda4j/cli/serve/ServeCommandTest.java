package io.github.coda4j.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.cli.app.RunningServer;
import io.github.coda4j.files.Json;
import io.github.coda4j.serve.Client;
import io.github.coda4j.serve.Client.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command, as it is started and ended, over the model in the box. */
@Timeout(120)
@Tag("slow")
class ServeCommandTest {
    @TempDir
    Path folder;

    /** A server that was started by its command, and who talks to it. */
    private static final class Running implements AutoCloseable {
        private final RunningServer server;
        private final Client client;

        Running(Cli cli, String... arguments) throws InterruptedException {
            server = new RunningServer(cli, arguments);
            client = new Client(server.address());
        }

        @Override
        public void close() {
            client.close();
            server.close();
        }
    }

    @Test
    void the_model_in_the_box_is_served_and_said_so() throws Exception {
        Cli cli = new Cli().real();
        try (Running running = new Running(cli, "serve", "--port", "0", "--log-requests", "--dtype", "fp32")) {
            assertThat(cli.err())
                    .containsPattern("coda-mini, fp32 on cpu: a step over 256 tokens takes [0-9.]+ ms, with vectors of "
                            + "(128|256|512) bits\n");
            assertThat(running.client.get("/health").status()).isEqualTo(200);
            assertThat(running.client.get("/v1/models").json().at("/data/0/id").textValue())
                    .isEqualTo("coda-mini");
            Reply reply = running.client.post(
                    "/v1/completions", "{\"prompt\":\"for (int i = 0; i < names.size();\",\"max_tokens\":3}");
            assertThat(reply.json().at("/choices/0/text").textValue()).isEqualTo(" i++) {\n");
        }
        assertThat(cli.out()).startsWith("listening on http://127.0.0.1:");
        List<JsonNode> lines = cli.out()
                .lines()
                .skip(1)
                .map(line -> Json.parse(line, "a line"))
                .toList();
        assertThat(lines).hasSize(3);
        JsonNode line = lines.getLast();
        assertThat(line.get("route").textValue()).isEqualTo("/v1/completions");
        assertThat(line.get("status").intValue()).isEqualTo(200);
        assertThat(line.get("forwards").intValue()).isPositive();
        assertThat(line.get("queue_ms").isNumber()).isTrue();
        assertThat(line.get("decode_ms").isNumber()).isTrue();
        assertThat(line.get("finish").textValue()).isEqualTo("length");
        assertThat(line.get("cancelled").booleanValue()).isFalse();
        assertThat(line.get("id").textValue()).startsWith("req_");
    }

    @Test
    void a_hole_is_filled_as_the_command_infill_fills_it() throws Exception {
        String prefix = "class Account {\n    private final String name;\n    Account(String name) {\n        ";
        String suffix = "\n    }\n}\n";
        Path file = folder.resolve("Account.java");
        Files.writeString(file, prefix + "<|hole|>" + suffix);
        for (String[] how : new String[][] {
            {"--steps", "5"}, {"--steps", "3", "--alg", "maskgit_plus"}, {"--temperature", "0.8", "--seed", "3"}
        }) {
            Cli infill = new Cli().real();
            String[] arguments = {"infill", file.toString(), "--tokens", "5", "--dtype", "fp32"};
            assertThat(infill.run(together(arguments, how))).as(infill.err()).isZero();
            ObjectNode body = JsonNodeFactory.instance
                    .objectNode()
                    .put("prompt", prefix)
                    .put("suffix", suffix)
                    .put("max_tokens", 5)
                    .put("length", "fixed");
            for (int i = 0; i < how.length; i += 2) {
                String name = how[i].substring(2);
                body.set(name, name.equals("alg") ? Json.of(how[i + 1]) : Json.parse(how[i + 1], name));
            }
            try (Running running = new Running(new Cli().real(), "serve", "--port", "0", "--dtype", "fp32")) {
                String text = running.client
                        .post("/v1/completions", body.toString())
                        .json()
                        .at("/choices/0/text")
                        .textValue();
                assertThat(prefix + text + suffix).isEqualTo(infill.out());
            }
        }
    }

    private static String[] together(String[] first, String... second) {
        String[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    @Test
    void variables_of_the_environment_stand_behind_the_flags() throws Exception {
        Cli cli = new Cli()
                .real()
                .env("PORT", "0")
                .env("HOST", "127.0.0.1")
                .env("MODEL_NAME", "models/coda-mini")
                .env("TORCH_DTYPE", "float32")
                .env("DEVICE", "cpu")
                .env("API_KEY", "secret")
                .env("MAX_TOKENS", "7")
                .env("BLOCK_LENGTH", "32")
                .env("STEPS", "5")
                .env("STOP", "[\"++\"]");
        try (Running running = new Running(cli, "serve", "--max-new-tokens", "4")) {
            assertThat(running.client
                            .post("/v1/completions", "{\"prompt\":\"x\"}")
                            .status())
                    .isEqualTo(401);
            JsonNode json = running.client
                    .post("/v1/completions", "{\"prompt\":\"for (int i = 0; i\"}", "Authorization", "Bearer secret")
                    .json();
            assertThat(json.at("/usage/completion_tokens").intValue()).isEqualTo(4);
            assertThat(json.at("/coda/cost/forwards").intValue()).isLessThanOrEqualTo(5);
            String loop = "{\"prompt\":\"for (int i = 0; i < names.size();\",\"max_tokens\":3";
            JsonNode ended = running.client
                    .post("/v1/completions", loop + "}", "Authorization", "Bearer secret")
                    .json();
            assertThat(ended.at("/choices/0/text").textValue()).isEqualTo(" i");
            assertThat(ended.at("/choices/0/finish_reason").textValue()).isEqualTo("stop");
            assertThat(running.client
                            .post("/v1/completions", loop + ",\"stop\":[]}", "Authorization", "Bearer secret")
                            .json()
                            .at("/choices/0/text")
                            .textValue())
                    .isEqualTo(" i++) {\n");
        }
    }

    @Test
    void what_cannot_be_is_said_before_the_model_is_loaded() throws IOException {
        Path keys = folder.resolve("keys");
        Files.writeString(keys, "# none yet\n");
        Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-------"));
        Path open = folder.resolve("open");
        Files.writeString(open, "k\n");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        refused(2, "0.0.0.0 is open to others", "--host", "0.0.0.0");
        refused(1, "there is no address [no: --host takes one of this machine", "--host", "[no");
        refused(1, "has no key", "--api-key-file", keys.toString());
        refused(1, "others may read the keys in " + open, "--api-key-file", open.toString());
        refused(2, "--tls-cert and --tls-key go together", "--tls-cert", keys.toString());
        refused(2, "the port must be 0 (any) to 65535", "--port", "70000");
        refused(2, "--threshold", "--alg", "entropy", "--threshold", "2");
        refused(2, "an origin must be SCHEME://HOST", "--cors-origin", "*");
        refused(2, "an origin must be SCHEME://HOST", "--cors-origin", "http://localhost:3000/");
        refused(2, "--request-timeout", "--request-timeout", "0");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            refused(1, "cannot listen on 127.0.0.1:" + taken.getLocalPort(), "--port", "" + taken.getLocalPort());
        }
    }

    @Test
    void a_flag_beats_its_variable_also_where_that_is_wrong() throws Exception {
        String[][] pairs = {
            {"HOST", "no.such.host.invalid", "--host", "127.0.0.1"},
            {"PORT", "x", "--port", "0"},
            {"MODEL_NAME", "no/such/model", "--model", "models/coda-mini"},
            {"DEVICE", "abacus", "--device", "cpu"},
            {"MAX_TOKENS", "many", "--max-new-tokens", "4"},
            {"STEPS", "0", "--steps", "4"},
            {"ALG", "luck", "--alg", "entropy"},
            {"ALG_TEMP", "hot", "--alg-temp", "0.1"},
            {"BLOCK_LENGTH", "-1", "--block-length", "4"},
            {"TEMPERATURE", "warm", "--temperature", "0.5"},
            {"TOP_P", "2", "--top-p", "0.9"},
            {"TOP_K", "-3", "--top-k", "5"},
            {"TORCH_DTYPE", "float8", "--dtype", "fp32"},
        };
        Cli cli = new Cli().real().env("LOG_LEVEL", "loud");
        List<String> arguments = new ArrayList<>(List.of("serve", "--debug"));
        for (String[] pair : pairs) {
            cli.env(pair[0], pair[1]);
            arguments.addAll(List.of(pair[2], pair[3]));
        }
        try (Running running = new Running(cli, arguments.toArray(String[]::new))) {
            JsonNode json = running.client
                    .post("/v1/completions", "{\"prompt\":\"int\"}")
                    .json();
            assertThat(json.at("/coda/cost/forwards").intValue()).isBetween(1, 4);
        }
        for (String[] pair : pairs) {
            Cli wrong = new Cli().real().env("PORT", "0").env(pair[0], pair[1]);
            assertThat(wrong.run("serve")).as(pair[0]).isIn(1, 2);
            assertThat(wrong.err()).as(pair[0]).contains(pair[1]);
            assertThat(wrong.out()).isEmpty();
        }
        Cli loud = new Cli().real().env("LOG_LEVEL", "loud");
        assertThat(loud.run("serve", "--port", "0")).isEqualTo(2);
        assertThat(loud.err()).contains("environment variable LOG_LEVEL must be one of critical, debug, ");
    }

    private static void refused(int code, String what, String... arguments) {
        Cli cli = new Cli().real();
        assertThat(cli.run(together(new String[] {"serve"}, arguments)))
                .as(cli.err())
                .isEqualTo(code);
        assertThat(cli.err()).contains(what);
        assertThat(cli.out()).isEmpty();
    }

    @Test
    void the_demo_s_page_is_served_on_a_free_port() throws Exception {
        Cli cli = new Cli().real();
        try (Running running = new Running(cli, "demo", "--page", "--dtype", "fp32")) {
            assertThat(running.client.get("/").text()).contains("<title>coda4j</title>");
            assertThat(running.client.get("/health").status()).isEqualTo(200);
        }
        assertThat(cli.out()).contains("(Ctrl-C ends it)");
    }

    @Test
    void a_browser_is_opened_as_the_system_does_it_and_nowhere_without_a_screen() {
        String page = "http://127.0.0.1:1";
        assertThat(PageServer.browser("Windows 11", Map.of(), page))
                .startsWith("rundll32")
                .endsWith(page);
        assertThat(PageServer.browser("Mac OS X", Map.of(), page)).containsExactly("open", page);
        assertThat(PageServer.browser("Linux", Map.of("DISPLAY", ":0"), page)).containsExactly("xdg-open", page);
        assertThat(PageServer.browser("Linux", Map.of("WAYLAND_DISPLAY", "w"), page))
                .containsExactly("xdg-open", page);
        assertThat(PageServer.browser("Linux", Map.of(), page)).isEmpty();
    }
}
