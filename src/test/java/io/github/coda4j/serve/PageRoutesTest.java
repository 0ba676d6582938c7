package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.serve.Client.Reply;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page and its assets, as a browser gets them. */
@Timeout(60)
@Tag("slow")
class PageRoutesTest extends WithServed {
    @Test
    void the_page_lets_browsers_load_nothing_from_elsewhere() {
        Reply page = served().client().get("/");
        assertThat(page.header("content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(page.header("cache-control")).isEqualTo("no-cache");
        assertThat(page.header("x-content-type-options")).isEqualTo("nosniff");
        String policy = page.header("content-security-policy");
        assertThat(policy)
                .startsWith("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-")
                .doesNotContain("unsafe")
                .doesNotContain("*");
        String nonce = policy.replaceAll(".*'nonce-([^']+)'.*", "$1");
        assertThat(page.text()).contains("content=\"" + nonce + "\"").contains("<noscript>");
        assertThat(served().client().get("/").header("content-security-policy")).isNotEqualTo(policy);
    }

    @Test
    void assets_are_kept_for_ever_and_zipped_for_those_who_take_that() {
        String script = served().client().get("/").text().replaceAll("(?s).*src=\"\\./(assets/[^\"]+\\.js)\".*", "/$1");
        Reply plain = served().client().get(script);
        assertThat(plain.status()).isEqualTo(200);
        assertThat(plain.header("content-type")).isEqualTo("text/javascript; charset=utf-8");
        assertThat(plain.header("cache-control")).isEqualTo("public, max-age=31536000, immutable");
        assertThat(plain.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(plain.header("content-encoding")).isEmpty();
        Reply zipped = served().client().get(script, "Accept-Encoding", "br, gzip");
        assertThat(zipped.header("content-encoding")).isEqualTo("gzip");
        assertThat(zipped.text().length()).isLessThan(plain.text().length() / 2);
        assertThat(served().client()
                        .get(script, "Accept-Encoding", "gzip;q=0, br")
                        .header("content-encoding"))
                .isEmpty();
        assertThat(served().client().get("/assets/other.js").status()).isEqualTo(404);
        assertThat(served().client().get("/assets/../bundle.json").status()).isEqualTo(404);
        Reply head = served().client().send("HEAD", script, "");
        assertThat(head.header("content-length"))
                .isEqualTo(Integer.toString(plain.text().getBytes(StandardCharsets.UTF_8).length));
    }
}
