package io.github.coda4j.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A machine with nothing prepared: the JDK and Maven come from a server on this machine, whole and right or not at all.
 */
@Tag("process")
@Timeout(120)
@EnabledOnOs({OS.LINUX, OS.MAC})
class FetchTest {
    private static final String RELEASE = "jdk-25.0.9+7";
    private static final String JDK = "/jdk.tar.gz";
    private static final String MAVEN = "/org/apache/maven/apache-maven/9.9.9/apache-maven-9.9.9-bin.tar.gz";

    @TempDir
    Path folder;

    private HttpServer server;
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    /** After how many bytes the next answers break off. */
    private final Deque<Integer> cuts = new ConcurrentLinkedDeque<>();

    private boolean ranges = true;
    private FakeProject project;

    @BeforeEach
    void prepare() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        project = new FakeProject(folder.resolve("machine"), "p");
        Path jdk = folder.resolve("jdk/" + RELEASE);
        FakeProject.writeJdk(jdk, "25.0.9");
        // Not to be compressed, so that it is worth cutting.
        byte[] ballast = new byte[200_000];
        new Random(1).nextBytes(ballast);
        Files.write(jdk.resolve("ballast"), ballast);
        files.put(JDK, packed(folder.resolve("jdk")));
        describe(sum("SHA-256", files.get(JDK)));
        FakeProject.writeMaven(folder.resolve("maven/apache-maven-9.9.9"), "9.9.9");
        byte[] maven = packed(folder.resolve("maven"));
        files.put(MAVEN, maven);
        project.append(
                "scripts/toolchain.sh",
                "CODA_MAVEN_VERSION=9.9.9\nCODA_MAVEN_BYTES=" + maven.length + "\nCODA_MAVEN_SHA512="
                        + sum("SHA-512", maven) + "\n");
        project.env("CODA_JDK_URL", address("/")).env("MVNW_REPOURL", address(""));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    /** What Adoptium's interface answers, in its own layout. */
    private void describe(String checksum) {
        String answer = """
                [
                    {
                        "binary": {
                            "architecture": "x64",
                            "download_count": 1,
                            "image_type": "jdk",
                            "package": {
                                "checksum": "%s",
                                "checksum_link": "http://example.invalid/x.sha256.txt",
                                "download_count": 12345,
                                "link": "%s",
                                "metadata_link": "http://example.invalid/x.json",
                                "name": "OpenJDK25U-jdk_x64_linux_hotspot_25.0.9_7.tar.gz",
                                "signature_link": "http://example.invalid/x.sig",
                                "size": %d
                            },
                            "project": "jdk"
                        },
                        "release_name": "%s",
                        "version": {"build": 7, "major": 25}
                    }
                ]
                """;
        files.put(
                "/v3/assets/latest/25/hotspot",
                String.format(Locale.ROOT, answer, checksum, address(JDK), files.get(JDK).length, RELEASE)
                        .getBytes(StandardCharsets.UTF_8));
    }

    private String address(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private static byte[] packed(Path of) throws Exception {
        Path archive = of.resolveSibling(of.getFileName() + ".tgz");
        int code = new ProcessBuilder("tar", "-czf", archive.toString(), "-C", of.toString(), ".")
                .start()
                .waitFor();
        assertThat(code).isZero();
        return Files.readAllBytes(archive);
    }

    private static String sum(String kind, byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance(kind).digest(bytes));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String range = exchange.getRequestHeaders().getFirst("Range");
            String path = exchange.getRequestURI().getPath();
            requests.add(exchange.getRequestMethod() + " " + path + (range == null ? "" : " " + range));
            byte[] bytes = files.get(path);
            if (bytes == null) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            int from = 0;
            if (range != null && ranges) {
                from = Integer.parseInt(range.replaceAll("\\D", ""));
                exchange.getResponseHeaders()
                        .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
            }
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes.length));
                exchange.sendResponseHeaders(200, -1);
                return;
            }
            Integer cut = path.endsWith(".tar.gz") ? cuts.pollFirst() : null;
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, bytes.length - from);
            OutputStream body = exchange.getResponseBody();
            body.write(bytes, from, cut == null ? bytes.length - from : Math.min(cut, bytes.length - from));
            body.flush();
        } catch (IOException e) {
            // The other side goes away when an answer breaks off.
            requests.add("broken off");
        }
    }

    private long asked(String path) {
        return requests.stream()
                .filter(request -> request.startsWith("GET " + path))
                .count();
    }

    private Path cache() {
        return project.folder("home/.cache/coda4j");
    }

    /** What lies in the cache beside the locks. */
    private List<String> kept(String kind) throws IOException {
        try (Stream<Path> children = Files.list(cache().resolve(kind))) {
            return children.map(child -> child.getFileName().toString())
                    .filter(name -> !name.startsWith(".lock"))
                    .toList();
        }
    }

    @Test
    void what_is_missing_is_announced_in_a_line_each_fetched_once_and_used() throws Exception {
        FakeProject.Result result = project.coda("hello");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.err().lines().filter(line -> line.startsWith("Fetching what is missing")))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .contains("JDK 25 (" + RELEASE + ", 1 MB) from " + address(JDK) + " into " + cache()
                                        + "/jdk")
                                .contains("CODA_NO_DOWNLOAD=1"),
                        line -> assertThat(line)
                                .contains("Maven 9.9.9 (1 MB) from " + address(MAVEN) + " into " + cache() + "/maven"));
        assertThat(result.out()).contains("[hello]");
        assertThat(kept("jdk")).containsExactly(RELEASE);
        assertThat(kept("maven")).containsExactly("apache-maven-9.9.9");
        assertThat(requests.getFirst()).isEqualTo("GET /v3/assets/latest/25/hotspot");

        assertThat(project.coda("again").err()).isEqualTo("another word of the JVM\n");
        FakeProject.Result verified = project.await(project.start("verify"));
        assertThat(verified.out()).endsWith("skipped\n");
        assertThat(asked(JDK)).isEqualTo(1);
        assertThat(asked(MAVEN)).isEqualTo(1);
    }

    @Test
    void two_starts_at_once_fetch_once() throws Exception {
        FakeProject.Started one = project.start("coda");
        FakeProject.Started two = project.start("coda");
        FakeProject.Result first = project.await(one);
        FakeProject.Result second = project.await(two);
        assertThat(List.of(first.code(), second.code()))
                .as(first.err() + second.err())
                .containsOnly(0);
        assertThat(asked(JDK)).isEqualTo(1);
        assertThat(asked(MAVEN)).isEqualTo(1);
        assertThat(first.err() + second.err()).containsOnlyOnce("Another start is fetching the JDK; waiting for it.");
    }

    @Test
    void a_wrong_checksum_leaves_nothing() throws Exception {
        describe("0".repeat(64));
        FakeProject.Result result = project.coda();
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .contains("The JDK cannot be fetched: the sha256 of " + address(JDK) + " is ")
                .contains("expected 0000")
                .contains("https://adoptium.net");
        assertThat(kept("jdk")).isEmpty();
        assertThat(project.maven()).isEmpty();
    }

    @Test
    void a_wrong_maven_leaves_nothing() throws Exception {
        project.withJdk("25").append("scripts/toolchain.sh", "CODA_MAVEN_SHA512=" + "0".repeat(128) + "\n");
        FakeProject.Result result = project.coda();
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .contains("Maven cannot be fetched: the sha512 of ")
                .contains("apt-get install maven");
        assertThat(kept("maven")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"curl", "wget"})
    void a_cut_download_goes_on_where_it_was(String tool) throws Exception {
        project.without(tool.equals("curl") ? "wget" : "curl").withMaven("3.9.9");
        cuts.addAll(List.of(50_000, 30_000));
        FakeProject.Result result = project.coda();
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(requests).containsSequence("GET " + JDK + " bytes=50000-").contains("GET " + JDK + " bytes=80000-");
    }

    @Test
    void a_server_that_cannot_go_on_in_the_middle_is_asked_for_all_of_it() throws Exception {
        project.withMaven("3.9.9");
        ranges = false;
        cuts.add(50_000);
        FakeProject.Result result = project.coda();
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(kept("jdk")).containsExactly(RELEASE);
    }

    @Test
    void a_download_that_gets_nowhere_ends_in_one_sentence_and_the_next_start_goes_on() throws Exception {
        project.withMaven("3.9.9");
        cuts.addAll(List.of(50_000, 0));
        FakeProject.Result result = project.coda();
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("The JDK cannot be fetched: " + address(JDK) + ": the connection broke off");
        assertThat(kept("jdk")).containsExactly(RELEASE + ".tar.gz.part");
        assertThat(project.coda().code()).isZero();
        assertThat(requests).contains("GET " + JDK + " bytes=50000-");
    }

    @Test
    void a_leftover_of_another_file_is_thrown_away_and_fetched_anew() throws Exception {
        project.withMaven("3.9.9");
        Path part = Files.createDirectories(cache().resolve("jdk")).resolve(RELEASE + ".tar.gz.part");
        Files.write(part, new byte[1000]);
        Files.createDirectories(cache().resolve("jdk/.unpacked.1/jdk"));
        FakeProject.Result result = project.coda();
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(kept("jdk")).containsExactly(RELEASE);
    }

    @Test
    void without_a_network_it_says_so_and_what_to_do_by_hand() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        FakeProject.Result result =
                project.env("CODA_JDK_URL", "http://127.0.0.1:" + port).coda();
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .startsWith("The JDK cannot be fetched: http://127.0.0.1:" + port)
                .contains("there is no connection to it")
                .contains("coda4j needs a JDK 25 or newer and found none")
                .contains("apt-get install openjdk-25-jdk");
        assertThat(requests).isEmpty();
    }

    @Test
    void a_proxy_of_the_environment_is_used() throws Exception {
        project.withMaven("3.9.9")
                .env("CODA_JDK_URL", "http://jdk.example.invalid")
                .env("http_proxy", address(""));
        assertThat(project.coda().code()).isZero();
        assertThat(asked("/v3/assets/latest/25/hotspot")).isEqualTo(1);
    }

    @Test
    void nothing_is_fetched_where_that_is_forbidden() throws Exception {
        FakeProject.Result result = project.env("CODA_NO_DOWNLOAD", "1").coda();
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .startsWith("coda4j needs a JDK 25 or newer and found none (looked at JAVA_HOME, PATH and the usual"
                        + " folders).\n"
                        + "Get one: https://adoptium.net");
        FakeProject.Result withJdk = project.withJdk("25").coda();
        assertThat(withJdk.code()).isEqualTo(1);
        assertThat(withJdk.err()).startsWith("Building coda4j needs Maven 3.8 or newer");
        assertThat(requests).isEmpty();
    }

    @Test
    void without_curl_and_wget_what_to_do_by_hand_is_said() throws Exception {
        FakeProject.Result result = project.without("curl", "wget").coda();
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).startsWith("coda4j needs a JDK 25 or newer and found none");
    }

    @Test
    void what_the_machine_has_is_preferred_also_to_what_was_fetched() throws Exception {
        assertThat(project.coda().code()).isZero();
        requests.clear();
        project.withJdk("25.0.1").withMaven("3.8.7");
        Files.writeString(project.folder("jdk/bin/java"), "#!/bin/sh\necho own\n");
        assertThat(project.coda().out()).isEqualTo("own\n");
        Files.delete(project.root().resolve("target/run/.built"));
        assertThat(project.coda().code()).isZero();
        assertThat(requests).isEmpty();
    }

    @Test
    void a_maven_that_is_too_old_is_not_used() throws Exception {
        FakeProject.Result result = project.withJdk("25").withMaven("3.6.3").coda();
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(asked(MAVEN)).isEqualTo(1);
    }

    @Test
    void the_address_of_an_archive_has_its_sum_beside_it() throws Exception {
        files.put(
                JDK + ".sha256.txt",
                (sum("SHA-256", files.get(JDK)) + "  OpenJDK.tar.gz\n").getBytes(StandardCharsets.UTF_8));
        project.withMaven("3.9.9").env("CODA_JDK_URL", address(JDK));
        FakeProject.Result result = project.coda();
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.err()).contains("JDK 25 (jdk, 1 MB) from " + address(JDK));
        assertThat(kept("jdk")).containsExactly("jdk");
    }

    @Test
    void an_archive_without_a_sum_and_a_server_of_another_kind_are_refused() throws Exception {
        FakeProject.Result bare = project.env("CODA_JDK_URL", address(JDK)).coda();
        assertThat(bare.code()).isEqualTo(1);
        assertThat(bare.err()).contains(JDK + ".sha256.txt gives no SHA-256");
        files.put("/v3/assets/latest/25/hotspot", "<html>hello</html>".getBytes(StandardCharsets.UTF_8));
        FakeProject.Result other = project.env("CODA_JDK_URL", address("")).coda();
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.err()).contains("answers something else than a JDK");
    }

    @Test
    void an_archive_of_an_older_jdk_is_refused() throws Exception {
        Path old = folder.resolve("old");
        FakeProject.writeJdk(old.resolve("jdk-21"), "21.0.1");
        files.put(JDK, packed(old));
        describe(sum("SHA-256", files.get(JDK)));
        FakeProject.Result result = project.coda();
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("does not hold what is needed");
        assertThat(kept("jdk")).isEmpty();
    }

    @Test
    void a_server_without_the_file_is_named() throws Exception {
        files.remove(JDK);
        FakeProject.Result result = project.coda();
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains(address(JDK) + ": it answers that there is no such file");
        assertThat(Arrays.toString(result.err().split("\n"))).doesNotContain("curl:");
    }
}
