package io.github.coda4j.serve;

import static io.github.coda4j.serve.PageActions.await;
import static io.github.coda4j.serve.PageActions.awaitDone;
import static io.github.coda4j.serve.PageActions.awaitStep;
import static io.github.coda4j.serve.PageActions.editorText;
import static io.github.coda4j.serve.PageActions.masks;
import static io.github.coda4j.serve.PageActions.replaceText;
import static io.github.coda4j.serve.PageActions.seek;
import static io.github.coda4j.serve.PageActions.status;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Locator.WaitForOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.WaitForSelectorState;
import io.github.coda4j.serve.Chromium.Tab;
import io.github.coda4j.serve.http.HttpOptions;
import io.github.coda4j.serve.http.Keys;
import io.github.coda4j.testkit.RuleDenoiser;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page while an answer comes and when its server is at fault, with a network that writes digits, step by step. */
@Tag("process")
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PageStreamTest extends WithChromium {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void an_answer_grows_on_the_canvas() {
        try (Served served = new Served();
                Tab tab = chromium.open(served.server().address())) {
            Page page = tab.page();
            page.locator("#view-chat").click();
            page.locator("#options summary").click();
            page.locator("#most").fill("100");
            page.locator("#message").fill("hello");
            page.locator("#message").press("Enter");
            awaitDone(page);
            seek(page, 1);
            assertThat(page.locator("#canvas .cell").count()).isEqualTo(64);
            seek(page, Integer.parseInt(page.locator("#slider").getAttribute("max")));
            assertThat(masks(page)).isZero();
            assertThat(page.locator("#canvas").textContent()).hasSize(100).matches("[0-9]+");
        }
    }

    /** A server whose network runs a forward for each permit. */
    private static Served stepping(Semaphore permits, HttpOptions http) {
        RuleDenoiser denoiser = new RuleDenoiser(Served.POSITIONS, (_, position) -> '0' + position % 10);
        denoiser.beforeForward(_ -> {
            try {
                if (!permits.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new AssertionError("nobody lets the network go on");
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        return new Served(http, denoiser).beforeClose(() -> permits.release(Served.POSITIONS));
    }

    /** Waits until the server has seen that its client left. */
    private static void awaitNobody(Served served) throws InterruptedException {
        awaitState(() -> served.server().openCalls() == 0);
    }

    private static void awaitIdle(Served served) throws InterruptedException {
        awaitState(() -> served.server().underWay() == 0);
    }

    private static void awaitState(BooleanSupplier state) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!state.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(5);
        }
    }

    @Test
    void steps_are_seen_as_they_come_and_can_be_paused_and_stopped() throws Exception {
        Semaphore permits = new Semaphore(0);
        try (Served served = stepping(permits, Served.HTTP);
                Tab tab = chromium.open(served.server().address())) {
            Page page = tab.page();
            replaceText(page, "a <|hole:6|> b <|hole:4|> c");
            page.locator("#run").click();
            await(status(page, "Filling 2 holes"));
            assertThat(masks(page)).isEqualTo(10);
            permits.release(3);
            awaitStep(page, "step (\\d+) of \\1 · 7 masks left");
            assertThat(masks(page)).isEqualTo(7);
            page.locator("#pause").click();
            permits.release(2);
            awaitStep(page, "step 4 of 6 · 7 masks left");
            assertThat(masks(page)).isEqualTo(7);
            page.locator("#pause").click();
            awaitStep(page, "step (\\d+) of \\1 · 5 masks left");
            assertThat(masks(page)).isEqualTo(5);
            page.keyboard().press("Escape");
            await(status(page, "Stopped."));
            awaitNobody(served);
            permits.release(Served.POSITIONS);
            awaitIdle(served);
            assertThat(served.denoiser().passes()).hasSizeLessThan(9);
            page.locator("#run").click();
            awaitDone(page);
            page.locator("#use").click();
            assertThat(editorText(page)).isEqualTo("a 123456 b 9012 c");
        }
    }

    @Test
    void a_reload_in_mid_stream_ends_the_answer_and_keeps_the_text() throws Exception {
        Semaphore permits = new Semaphore(0);
        try (Served served = stepping(permits, Served.HTTP);
                Tab tab = chromium.open(served.server().address())) {
            Page page = tab.page();
            replaceText(page, "first <|hole:8|> last");
            page.locator("#run").click();
            permits.release(2);
            awaitStep(page, "step (\\d+) of \\1 · 6 masks left");
            page.reload();
            await(status(page, "loaded anew"));
            awaitNobody(served);
            permits.release(Served.POSITIONS);
            awaitIdle(served);
            assertThat(served.denoiser().passes()).hasSizeLessThan(8);
            assertThat(editorText(page)).startsWith("first ").endsWith(" last");
            assertThat(masks(page)).isEqualTo(8);
            page.locator("#run").click();
            awaitDone(page);
        }
    }

    @Test
    void a_server_that_goes_is_missed_and_one_that_comes_back_is_used() {
        Served first = new Served();
        String address = first.server().address();
        try (Tab tab = chromium.open(address).expecting(line -> line.contains("ERR_CONNECTION_REFUSED"))) {
            Page page = tab.page();
            replaceText(page, "x<|hole:3|>y");
            first.close();
            page.locator("#run").click();
            await(status(page, "cannot be reached"));
            await(page.locator("[data-health=gone]"));
            int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
            try (Served _ =
                    new Served(HttpOptions.local(port), new RuleDenoiser(64, (_, position) -> '0' + position))) {
                await(page.locator("[data-health=ready]"));
                await(status(page, "The server is back."));
                page.locator("#run").click();
                awaitDone(page);
                page.locator("#slider").press("End");
                assertThat(page.locator("#canvas").textContent()).isEqualTo("x123y");
            }
        } finally {
            first.close();
        }
    }

    @Test
    void a_server_with_a_key_is_asked_with_it() {
        HttpOptions keyed = new HttpOptions(
                Served.HTTP.host(),
                0,
                Served.HTTP.tls(),
                new Keys(List.of("open-sesame")),
                List.of(),
                Served.HTTP.maxBody(),
                Served.HTTP.keepAlive(),
                Served.HTTP.stall(),
                Served.HTTP.bodyWait(),
                Served.HTTP.idle(),
                Served.HTTP.silence());
        try (Served served = new Served(keyed, new RuleDenoiser(64, (_, position) -> '0' + position));
                Tab tab = chromium.open(served.server().address()).expecting(line -> line.contains("401"))) {
            Page page = tab.page();
            replaceText(page, "x<|hole:3|>y");
            page.locator("#run").click();
            page.locator("#key").fill("open-sesame");
            page.keyboard().press("Enter");
            awaitDone(page);
            page.locator("#tab-java").click();
            assertThat(page.locator("#code-java").textContent())
                    .contains("System.getenv(\"API_KEY\")")
                    .doesNotContain("sesame");
            page.reload();
            await(page.locator("[data-health=ready]"));
            page.locator("#run").click();
            awaitDone(page);
        }
    }

    @Test
    void what_looks_like_a_page_stays_text() {
        String script = "<script>document.title='taken'</script><img src=x onerror=document.title='taken'>";
        RuleDenoiser writer = new RuleDenoiser(4096, (_, position) -> script.charAt(position % script.length()));
        try (Served served = new Served(Served.HTTP, writer);
                Tab tab = chromium.open(served.server().address())) {
            Page page = tab.page();
            replaceText(page, script + "<|hole:" + script.length() + "|>");
            page.locator("#run").click();
            awaitDone(page);
            page.locator("#slider").press("End");
            assertThat(page.locator("#canvas").textContent()).isEqualTo(script + script);
            page.locator("#use").click();
            assertThat(editorText(page)).isEqualTo(script + script);
            page.locator("#tab-curl").click();
            assertThat(page.locator("#code-curl").textContent()).contains(script.substring(0, 8));
            page.locator("#view-chat").click();
            page.locator("#message").fill(script);
            page.keyboard().press("Enter");
            awaitDone(page);
            assertThat(page.locator("#canvas img, #canvas script, #messages img, #editor img")
                            .count())
                    .isZero();
            assertThat(page.title()).isEqualTo("coda4j");
        }
    }

    @Test
    void holes_that_touch_and_requests_that_are_refused_are_said_in_words() {
        try (Served served = new Served();
                Tab tab = chromium.open(served.server().address()).expecting(line -> line.contains("400"))) {
            Page page = tab.page();
            replaceText(page, "x<|hole|><|hole|>y");
            page.locator("#run").click();
            await(status(page, "Holes 1 and 2 touch"));
            replaceText(page, "x<|hole:9000|>y");
            page.locator("#run").click();
            await(status(page, "9000"));
            page.locator("#run")
                    .filter(new Locator.FilterOptions().setHasText("Fill"))
                    .waitFor(new WaitForOptions().setState(WaitForSelectorState.VISIBLE));
            assertThat(page.locator("#run").isEnabled()).isTrue();
        }
    }
}
