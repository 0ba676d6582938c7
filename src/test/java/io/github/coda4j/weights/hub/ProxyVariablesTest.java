package io.github.coda4j.weights.hub;

import static io.github.coda4j.testkit.FakeHub.ID;
import static io.github.coda4j.testkit.FakeHub.LISTING;
import static io.github.coda4j.testkit.FakeHub.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.FileOutput;
import io.github.coda4j.web.ProxyVariables;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Proxies of the environment: which is chosen, and that pulls go through it. */
class ProxyVariablesTest extends HubPulls {
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            nullValues = "none",
            value = {
                "HTTPS_PROXY=http://p:1 ~ https://hub.org/x ~ p:1",
                "https_proxy=p:1 ~ https://hub.org/x ~ p:1",
                "HTTPS_PROXY=http://p:1 ~ http://hub.org/x ~ none",
                "HTTP_PROXY=http://p ~ http://hub.org/x ~ p:80",
                "ALL_PROXY=http://p:1 ~ https://hub.org/x ~ p:1",
                "ALL_PROXY=http://p:1 HTTPS_PROXY=http://q:2 ~ https://hub.org/x ~ q:2",
                "HTTPS_PROXY=http://name:pass@p:1/ ~ https://hub.org/x ~ p:1",
                "HTTPS_PROXY=http://[::2]:1 ~ https://hub.org/x ~ ::2:1",
                "HTTPS_PROXY= ALL_PROXY=http://p:1 ~ https://hub.org/x ~ p:1",
            })
    void the_scheme_s_own_variable_comes_before_that_for_all(String variables, URI address, String proxy) {
        assertThat(chosen(variables, address)).isEqualTo(Optional.ofNullable(proxy));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "hub.org ~ https://hub.org ~ true",
                "hub.org ~ https://eu.hub.org ~ true",
                ".hub.org ~ https://eu.hub.org ~ true",
                "*.hub.org ~ https://eu.hub.org ~ true",
                "HUB.org ~ https://hub.ORG ~ true",
                "hub.org ~ https://myhub.org ~ false",
                "other.org, hub.org ~ https://hub.org ~ true",
                "hub.org:444 ~ https://hub.org ~ false",
                "hub.org:443 ~ https://hub.org ~ true",
                "* ~ https://hub.org ~ true",
                "10.0.0.0/8 ~ https://10.1.2.3 ~ true",
                "10.0.0.0/15 ~ https://10.2.2.3 ~ false",
                "10.0.0.0/8 ~ https://hub.org ~ false",
                "fd00::/8 ~ https://[fd12::1] ~ true",
                "fd12::1 ~ https://[fd12::1]:8443 ~ true",
                "other.org ~ https://localhost ~ true",
                "other.org ~ https://127.0.0.1:8443 ~ true",
                "other.org ~ https://[::1] ~ true",
                "other.org ~ https://hub.org ~ false",
            })
    void exceptions_and_this_machine_are_reached_directly(String exceptions, URI address, boolean direct) {
        ProxyVariables proxies = ProxyVariables.of(Map.of("HTTPS_PROXY", "http://p:1", "NO_PROXY", exceptions));
        assertThat(proxies.selector().select(address).equals(List.of(Proxy.NO_PROXY)))
                .isEqualTo(direct);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "socks5://p:1080 ~ socks5:// is not supported",
                "http:// ~ like http://proxy.example.org:3128",
                "http://na me:secret@p:1 ~ written %XX",
            })
    void a_value_that_is_no_proxy_is_refused_by_the_name_of_its_variable_and_without_its_password(
            String value, String message) {
        assertThatThrownBy(() -> ProxyVariables.of(Map.of("https_proxy", value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("https_proxy must be")
                .hasMessageContaining(message)
                .message()
                .doesNotContain("secret");
    }

    @Test
    void without_variables_the_jvm_s_own_settings_count() {
        System.setProperty("https.proxyHost", "jvm.example.org");
        System.setProperty("https.proxyPort", "7");
        try {
            assertThat(chosen("NO_PROXY=x", URI.create("https://hub.org"))).contains("jvm.example.org:7");
        } finally {
            System.clearProperty("https.proxyHost");
            System.clearProperty("https.proxyPort");
        }
    }

    @Test
    void a_pull_goes_through_the_proxy() {
        hub.next(LISTING, status(404));
        String proxy = "http://127.0.0.1:" + hub.endpoint().getPort();
        assertThatThrownBy(() -> through(Map.of("HTTP_PROXY", proxy), "http://hub.example.invalid")
                        .pull(ID, "main", PullListener.NONE))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("answers 404");
        assertThat(hub.requests()).hasSize(1);
    }

    @Test
    void a_tunnel_gets_the_name_and_the_password() throws Exception {
        try (Tunnel tunnel = new Tunnel("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")) {
            String proxy = "http://me:my%20secret@127.0.0.1:" + tunnel.port();
            assertThatThrownBy(() -> through(Map.of("HTTPS_PROXY", proxy), "https://hub.example.invalid")
                            .pull(ID, "main", PullListener.NONE))
                    .isInstanceOf(CodaException.class)
                    .hasMessageContaining("the proxy 127.0.0.1:" + tunnel.port() + " of HTTPS_PROXY asks for a name")
                    .message()
                    .doesNotContain("secret");
            List<String> lines = tunnel.lines();
            assertThat(lines.getFirst()).startsWith("CONNECT hub.example.invalid:443");
            // Base64 of "me:my secret".
            assertThat(lines).contains("Proxy-Authorization: Basic bWU6bXkgc2VjcmV0");
        }
    }

    @ParameterizedTest
    @CsvSource({"403, check NO_PROXY", "502, try it again later"})
    void a_proxy_that_opens_no_way_is_told_from_the_hub(int status, String advice) throws Exception {
        try (Tunnel tunnel = new Tunnel("HTTP/1.1 " + status + " No\r\nContent-Length: 0\r\n\r\n")) {
            String proxy = "http://127.0.0.1:" + tunnel.port();
            assertThatThrownBy(() -> through(Map.of("HTTPS_PROXY", proxy), "https://hub.example.invalid")
                            .pull(ID, "main", PullListener.NONE))
                    .isInstanceOf(CodaException.class)
                    .hasMessageContaining("no way to hub.example.invalid through the proxy 127.0.0.1:" + tunnel.port()
                            + " of HTTPS_PROXY, which answers " + status)
                    .hasMessageContaining(advice);
        }
    }

    @Test
    void a_proxy_that_is_not_there_is_named_with_its_variable() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThatThrownBy(() -> through(Map.of("ALL_PROXY", "http://127.0.0.1:" + port), "https://hub.example.invalid")
                        .pull(ID, "main", PullListener.NONE))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("cannot reach https://hub.example.invalid through the proxy 127.0.0.1:" + port)
                .hasMessageContaining("HTTPS_PROXY");
    }

    private HubClient through(Map<String, String> environment, String endpoint) {
        return new HubClient(
                URI.create(endpoint),
                Optional.empty(),
                cache,
                ProxyVariables.of(environment),
                POLICY,
                waits::add,
                FileOutput::reopen);
    }

    private static Optional<String> chosen(String variables, URI address) {
        Map<String, String> environment = new HashMap<>();
        for (String variable : variables.split(" ")) {
            String[] parts = variable.split("=", 2);
            environment.put(parts[0], parts[1]);
        }
        Proxy proxy = ProxyVariables.of(environment).selector().select(address).getFirst();
        return Optional.ofNullable((InetSocketAddress) proxy.address()).map(p -> p.getHostString() + ":" + p.getPort());
    }

    /** A proxy that answers every request in the same way. */
    private static final class Tunnel implements AutoCloseable {
        private final ServerSocket server;
        private final CompletableFuture<List<String>> heard = new CompletableFuture<>();

        Tunnel(String answer) throws IOException {
            server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(() -> {
                while (!server.isClosed()) {
                    answer(answer);
                }
            });
        }

        private void answer(String answer) {
            List<String> lines = new ArrayList<>();
            try (Socket socket = server.accept();
                    BufferedReader in = new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
                for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                    lines.add(line);
                }
                heard.complete(lines);
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().flush();
            } catch (IOException e) {
                heard.complete(List.of(e.toString()));
            }
        }

        int port() {
            return server.getLocalPort();
        }

        List<String> lines() throws Exception {
            return heard.get();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
