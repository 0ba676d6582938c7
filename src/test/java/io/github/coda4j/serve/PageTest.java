package io.github.coda4j.serve;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.list;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Locator.WaitForOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.WaitForSelectorState;
import io.github.coda4j.files.Json;
import io.github.coda4j.serve.Chromium.Tab;
import io.github.coda4j.serve.http.HttpOptions;
import io.github.coda4j.serve.http.Keys;
import io.github.coda4j.testkit.RuleDenoiser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The page in a browser, against the server: with the model in the box where the answer counts, with a network that
 * writes digits where the moment does.
 */
@Tag("process")
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PageTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String AXE = axe();

    private static Chromium chromium;
    private static MiniServer mini;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        mini = new MiniServer(32, _ -> {});
    }

    @AfterAll
    static void stop() {
        if (mini != null) {
            mini.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    // Finding things

    private static Locator status(Page page, String text) {
        return page.locator("#status").filter(new Locator.FilterOptions().setHasText(text));
    }

    private static void await(Locator what) {
        what.first().waitFor();
    }

    private static void awaitDone(Page page) {
        await(status(page, "Done in"));
    }

    private static void awaitStep(Page page, String pattern) {
        await(page.locator("#where").filter(new Locator.FilterOptions().setHasText(Pattern.compile(pattern))));
    }

    private static int masks(Page page) {
        return page.locator("#canvas .cell.mask").count();
    }

    /** Without the breaks and blanks at line ends that an editor's lines have. */
    private static String editorText(Page page) {
        return String.join("\n", page.locator("#editor .cm-line").allTextContents());
    }

    private static void replaceText(Page page, String text) {
        page.locator("#editor .cm-content").click();
        page.keyboard().press("ControlOrMeta+a");
        page.keyboard().insertText(text);
    }

    private static void seek(Page page, int step) {
        page.locator("#slider").fill(Integer.toString(step));
    }

    // With the model in the box

    @Test
    void a_newcomer_fills_the_example_drags_the_slider_back_and_takes_the_text_over() {
        try (Tab tab = chromium.open(mini.address())) {
            Page page = tab.page();
            int all = masks(page);
            assertThat(all).isGreaterThan(8);
            page.locator("#run").click();
            awaitDone(page);
            int steps = Integer.parseInt(page.locator("#slider").getAttribute("max"));
            assertThat(steps).isBetween(2, all);
            seek(page, 0);
            assertThat(masks(page)).isEqualTo(all);
            assertThat(page.locator("#where").textContent())
                    .isEqualTo("step 0 of " + steps + " · " + all + " masks left");
            seek(page, steps);
            assertThat(masks(page)).isZero();
            assertThat(page.locator("#canvas .cell.fresh").count()).isPositive();
            assertThat(page.locator("#canvas .cell").allTextContents()).anyMatch(text -> text.contains("this"));
            assertThat(page.locator("[data-cost=forwards]").textContent()).matches("[0-9]+");
            page.locator("#use").click();
            assertThat(editorText(page)).contains("this.limit = limit;").doesNotContain("auto");
            assertThat(page.locator("#lengths input").count()).isZero();
            page.keyboard().press("ControlOrMeta+z");
            assertThat(page.locator("#lengths input").count()).isPositive();
        }
    }

    @Test
    void tokens_take_their_places_in_the_order_in_which_they_were_committed() {
        try (Tab tab = chromium.open(mini.address())) {
            Page page = tab.page();
            page.locator("#run").click();
            awaitDone(page);
            int steps = Integer.parseInt(page.locator("#slider").getAttribute("max"));
            for (int step = 0; step <= steps; step++) {
                seek(page, step);
                assertThat(page.locator("#canvas [data-order='" + step + "']").count())
                        .isEqualTo(page.locator("#canvas .fresh").count());
                int now = step;
                assertThat(page.locator("#canvas [data-order]")
                                .evaluateAll("cells => cells.map(c => +c.dataset.order)"))
                        .asInstanceOf(list(Integer.class))
                        .allMatch(order -> order <= now);
            }
        }
    }

    @Test
    void a_selection_is_a_hole_and_its_length_is_found_or_given() {
        try (Tab tab = chromium.open(mini.address())) {
            Page page = tab.page();
            replaceText(page, "class Box {\nprivate int size;\n\nint getSize() {\nreturn nothing;\n}\n}\n");
            assertThat(page.locator("#lengths").textContent()).contains("No hole yet");
            page.keyboard().press("ControlOrMeta+Home");
            for (int line = 0; line < 4; line++) {
                page.keyboard().press("ArrowDown");
            }
            page.keyboard().press("End");
            page.keyboard().press("ArrowLeft");
            page.keyboard().press("ControlOrMeta+Shift+ArrowLeft");
            page.keyboard().press("ControlOrMeta+Enter");
            awaitDone(page);
            assertThat(page.locator("#canvas").textContent()).contains("return").doesNotContain("nothing");
            // The same selection as a marker, now with one token.
            page.locator("#editor .cm-content").focus();
            page.keyboard().press("Alt+h");
            Locator length = page.getByLabel("Tokens of hole 1");
            assertThat(length.getAttribute("placeholder")).isEqualTo("auto");
            length.fill("1");
            assertThat(page.locator(".hole-chip").getAttribute("aria-label")).isEqualTo("hole 1, 1 token");
            page.locator("#run").click();
            awaitDone(page);
            page.locator("#use").click();
            assertThat(editorText(page)).contains("return").doesNotContain("nothing");
        }
    }

    @Test
    void the_request_runs_as_it_is_printed(@TempDir Path folder) throws Exception {
        try (Tab tab = chromium.open(mini.address())) {
            Page page = tab.page();
            replaceText(
                    page,
                    "String s = \"\"\"\n    it's \\n \\u0041 \"\"\";\nint x = <|hole:2|>;\nint y = <|hole:2|>;\n");
            page.locator("#run").click();
            awaitDone(page);
            page.locator("#use").click();
            String filled = editorText(page);
            page.locator("#tab-java").click();
            Path source = folder.resolve("Ask.java");
            Files.writeString(source, page.locator("#code-java").textContent());
            page.locator("#tab-curl").click();
            String curl = page.locator("#code-curl").textContent();
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            JsonNode byJava = Json.parse(output(folder, java, source.toString()), "Java's answer");
            assertThat(answered(byJava)).isEqualTo(filled);
            JsonNode byCurl = Json.parse(output(folder, "sh", "-c", curl), "curl's answer");
            assertThat(answered(byCurl)).isEqualTo(filled);
        }
    }

    private static String answered(JsonNode answer) {
        List<String> texts = answer.at("/choices/0/regions")
                .valueStream()
                .map(region -> region.get("text").textValue())
                .toList();
        return "String s = \"\"\"\n    it's \\n \\u0041 \"\"\";\nint x = " + texts.get(0) + ";\nint y = " + texts.get(1)
                + ";\n";
    }

    private static String output(Path folder, String... command) throws Exception {
        Path out = Files.createTempFile(folder, "answer", ".json");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(out, StandardCharsets.UTF_8);
    }

    @Test
    void a_chat_is_answered_and_goes_on() {
        try (Tab tab = chromium.open(mini.address())) {
            Page page = tab.page();
            page.locator("#view-chat").click();
            page.locator("#message").fill("Write a <script>alert(1)</script> getter.");
            page.keyboard().press("Enter");
            awaitDone(page);
            assertThat(page.locator(".message").count()).isEqualTo(2);
            assertThat(page.locator(".message.user").textContent()).contains("<script>alert(1)</script>");
            assertThat(page.locator("#messages script").count()).isZero();
            assertThat(page.locator("#slider").isEnabled()).isTrue();
            page.locator("#message").fill("Shorter.");
            page.locator("#run").click();
            page.locator(".message").nth(3).waitFor();
            awaitDone(page);
            page.locator("#tab-curl").click();
            assertThat(page.locator("#code-curl").textContent())
                    .contains("Shorter.")
                    .contains("\"assistant\"");
            page.locator("#new-chat").click();
            assertThat(page.locator(".message").count()).isZero();
        }
    }

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

    @ParameterizedTest
    @CsvSource({"1280, LIGHT", "1280, DARK", "360, LIGHT", "360, DARK"})
    void contrast_and_labels_are_right_and_nothing_is_wider_than_the_window(int width, ColorScheme scheme) {
        try (Tab tab = chromium.open(mini.address(), width, 800, scheme)) {
            Page page = tab.page();
            assertAccessible(page, "at first");
            page.locator("#run").click();
            awaitDone(page);
            int steps = Integer.parseInt(page.locator("#slider").getAttribute("max"));
            seek(page, steps / 2);
            assertAccessible(page, "half filled");
            seek(page, steps);
            page.locator("#options summary").click();
            assertAccessible(page, "filled, with options");
            page.locator("#tab-java").click();
            assertAccessible(page, "Java");
            page.locator("#view-chat").click();
            page.locator("#message").fill("hello");
            page.keyboard().press("Enter");
            awaitDone(page);
            page.locator("#tab-canvas").click();
            assertAccessible(page, "chat");
            assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                    .isEqualTo(true);
        }
    }

    private static void assertAccessible(Page page, String when) {
        page.evaluate(AXE);
        Object problems = page.evaluate("""
                axe.run().then(found => found.violations.flatMap(rule =>
                    rule.nodes.map(node => rule.id + ': ' + node.html + ' ' + node.failureSummary)))
                """);
        assertThat(problems).as(when).isEqualTo(List.of());
    }

    private static String axe() {
        try (InputStream in = requireNonNull(PageTest.class.getResourceAsStream("/axe.min.js"), "axe.min.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void the_keyboard_is_enough() {
        try (Tab tab = chromium.open(mini.address())) {
            Page page = tab.page();
            page.keyboard().press("ControlOrMeta+Enter");
            awaitDone(page);
            tabTo(page, "slider");
            page.keyboard().press("Home");
            assertThat(page.locator("#where").textContent()).startsWith("step 0 of");
            page.keyboard().press("ArrowRight");
            assertThat(page.locator("#where").textContent()).startsWith("step 1 of");
            tabTo(page, "use");
            page.keyboard().press("Enter");
            assertThat(page.evaluate("document.activeElement.classList.contains('cm-content')"))
                    .isEqualTo(true);
            page.keyboard().press("Tab"); // the editor does not hold it
            assertThat(page.evaluate("document.activeElement.classList.contains('cm-content')"))
                    .isEqualTo(false);
            tabTo(page, "tab-canvas");
            page.keyboard().press("ArrowRight");
            assertThat(page.locator("#pane-curl").isVisible()).isTrue();
            page.locator("#view-fill").focus();
            page.keyboard().press("ArrowRight");
            tabTo(page, "message");
            page.keyboard().type("hello");
            page.keyboard().press("Enter");
            awaitDone(page);
            assertThat(page.locator(".message").count()).isEqualTo(2);
        }
    }

    private static void tabTo(Page page, String id) {
        for (int i = 0; i < 60; i++) {
            if (page.evaluate("document.activeElement.id").equals(id)) {
                return;
            }
            page.keyboard().press("Tab");
        }
        throw new AssertionError("no way to " + id + " by the tabulator");
    }

    @Test
    void nothing_jumps_while_it_fills() {
        try (Tab tab = chromium.open(mini.address())) {
            Page page = tab.page();
            page.evaluate("""
                    window.shifts = 0;
                    window.loading = 0;
                    const begun = performance.now();
                    new PerformanceObserver(list => list.getEntries().forEach(entry => {
                        const outside = entry.sources.map(s => s.node).filter(node => node
                            && !(node.closest ? node : node.parentElement).closest('#canvas, #editor, #server'));
                        const shift = outside.length > 0 ? entry.value : 0;
                        window.loading += entry.startTime < begun ? shift : 0;
                        window.shifts += entry.startTime < begun ? 0 : shift;
                    })).observe({type: 'layout-shift', buffered: true});
                    """);
            List<BoundingBox> before = boxes(page);
            page.locator("#run").click();
            await(status(page, "Filling"));
            assertThat(boxes(page)).usingRecursiveComparison().isEqualTo(before);
            awaitDone(page);
            seek(page, 1);
            assertThat(boxes(page)).usingRecursiveComparison().isEqualTo(before);
            assertThat(((Number) page.evaluate("window.shifts")).doubleValue()).isZero();
            // a slow machine paints the page before its script has run; 0.1 is where web.dev's CLS stops to be good
            assertThat(((Number) page.evaluate("window.loading")).doubleValue()).isLessThan(0.1);
        }
    }

    private static List<BoundingBox> boxes(Page page) {
        return List.of("#run", "#stop", "#editor", "#canvas", "#slider", "#pause", "#use", "#cost", "#tab-java")
                .stream()
                .map(id -> page.locator(id).boundingBox())
                .toList();
    }

    // With a network that waits

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
        await(() -> served.server().openCalls() == 0);
    }

    private static void awaitIdle(Served served) throws InterruptedException {
        await(() -> served.server().underWay() == 0);
    }

    private static void await(BooleanSupplier state) throws InterruptedException {
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
