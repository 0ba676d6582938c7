package io.github.coda4j.serve.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.Json;
import io.github.coda4j.serve.http.HttpOptions.Tls;
import io.github.coda4j.serve.wire.Problem;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** https with certificates that the JDK's keytool makes. */
@Timeout(60)
@Tag("process")
class TlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path folder;

    private KeyStore store(String name) throws Exception {
        Path file = folder.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "k",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=ip:127.0.0.1",
                        "-storepass",
                        new String(PASSWORD),
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes());
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return store;
    }

    private Path pem(String name, String kind, byte[] der) throws Exception {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(
                folder.resolve(name), "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
    }

    private Path certificate(KeyStore store, String name) throws Exception {
        return pem(name + ".crt", "CERTIFICATE", store.getCertificate("k").getEncoded());
    }

    private Path key(KeyStore store, String name) throws Exception {
        return pem(name + ".key", "PRIVATE KEY", store.getKey("k", PASSWORD).getEncoded());
    }

    private static HttpFront front(Tls tls) {
        return new HttpFront(
                HttpOptions.local(0).at("127.0.0.1", Optional.of(tls)),
                new RouteTable(List.of(Route.get("/", call -> call.answer(200, Json.of(Map.of("status", "ok")))))),
                (cause, call) -> Problem.internal(call.id(), cause),
                Call::facts);
    }

    @Test
    void https_is_served_over_both_versions() throws Exception {
        KeyStore store = store("own");
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("k", store.getCertificate("k"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (HttpFront front = front(new Tls(certificate(store, "own"), key(store, "own")))) {
            String address = front.listen();
            assertThat(address).startsWith("https://127.0.0.1:");
            for (HttpClient.Version version : HttpClient.Version.values()) {
                try (HttpClient client = HttpClient.newBuilder()
                        .sslContext(context)
                        .version(version)
                        .build()) {
                    HttpResponse<String> response = client.send(
                            HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString());
                    assertThat(response.statusCode()).isEqualTo(200);
                    assertThat(response.version()).isEqualTo(version);
                }
            }
        }
    }

    @Test
    void a_key_of_another_certificate_is_refused() throws Exception {
        KeyStore own = store("own");
        KeyStore other = store("other");
        try (HttpFront front = front(new Tls(certificate(own, "own"), key(other, "other")))) {
            assertThatThrownBy(front::listen)
                    .isInstanceOf(CodaException.class)
                    .hasMessageStartingWith("the key in ")
                    .hasMessageContaining("is not that of the certificate in ");
        }
    }

    @Test
    void files_that_are_not_there_are_named() {
        Path missing = folder.resolve("missing.pem");
        try (HttpFront front = front(new Tls(missing, missing))) {
            assertThatThrownBy(front::listen).isInstanceOf(CodaException.class).hasMessageContaining("missing.pem");
        }
    }

    @Test
    void a_file_that_is_no_key_is_refused() throws Exception {
        KeyStore own = store("own");
        Path garbage = Files.writeString(folder.resolve("garbage"), "no key at all\n");
        Path broken = Files.writeString(
                folder.resolve("broken"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        for (Tls tls : List.of(
                new Tls(certificate(own, "own"), garbage),
                new Tls(certificate(own, "own"), broken),
                new Tls(garbage, key(own, "own")))) {
            try (HttpFront front = front(tls)) {
                assertThatThrownBy(front::listen).isInstanceOf(CodaException.class);
            }
        }
    }
}
