package io.github.coda4j.serve;

import io.github.coda4j.serve.PageFiles.PageFile;
import io.github.coda4j.serve.http.Call;
import io.github.coda4j.serve.http.Route;
import io.github.coda4j.serve.wire.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The page for whoever opens the address in a browser. It is for everybody, with or without a key and a model; it calls
 * the routes that others call. Browsers are told to load nothing for it from anywhere else.
 */
final class PageRoutes {
    /** The editor makes its styles at run time: they carry a number that no other page can know. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%s'; "
            + "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /** Stands in the page for that number. */
    private static final String NONCE = "__NONCE__";

    private static final int NONCE_BYTES = 16;

    /** Names hold a hash of what is in the file, so that it never changes. */
    private static final String FOR_EVER = "public, max-age=31536000, immutable";

    private final PageFiles files = PageFiles.load();

    List<Route> routes() {
        return List.of(
                Route.get("/", this::page).withoutKey(),
                Route.get("/assets/{id}", this::asset).withoutKey());
    }

    private void page(Call call) {
        byte[] random = new byte[NONCE_BYTES];
        ThreadLocalRandom.current().nextBytes(random);
        String nonce = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        PageFile page = files.page();
        call.header("Content-Security-Policy", String.format(Locale.ROOT, POLICY, nonce));
        call.header("Cache-Control", "no-cache");
        call.header("Cross-Origin-Opener-Policy", "same-origin");
        secured(call);
        String text = new String(page.bytes(), StandardCharsets.UTF_8).replace(NONCE, nonce);
        call.answer(200, page.contentType(), text);
    }

    private void asset(Call call) {
        PageFile file = files.asset(call.rest()).orElseThrow(() -> Problem.noRoute(call.method(), call.path()));
        call.header("Cache-Control", FOR_EVER);
        call.header("Vary", "Accept-Encoding");
        secured(call);
        boolean zipped =
                call.header("accept-encoding").filter(PageRoutes::takesGzip).isPresent();
        if (zipped) {
            call.header("Content-Encoding", "gzip");
        }
        call.answer(200, file.contentType(), zipped ? file.zipped() : file.bytes());
    }

    /** Whether gzip is named, and not to say that it is not wanted. */
    private static boolean takesGzip(String accepted) {
        return accepted.toLowerCase(Locale.ROOT).matches("(?s).*\\bgzip\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$)).*");
    }

    private static void secured(Call call) {
        call.header("X-Content-Type-Options", "nosniff");
        call.header("Referrer-Policy", "no-referrer");
    }
}
