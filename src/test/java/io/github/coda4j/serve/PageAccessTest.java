package io.github.coda4j.serve;

import static io.github.coda4j.serve.PageActions.await;
import static io.github.coda4j.serve.PageActions.awaitDone;
import static io.github.coda4j.serve.PageActions.seek;
import static io.github.coda4j.serve.PageActions.status;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import io.github.coda4j.serve.Chromium.Tab;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page for eyes, fingers and readers of screens, by axe-core and by the keyboard. */
@Tag("process")
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PageAccessTest extends WithChromium {
    private static final String AXE = axe();

    private static MiniServer mini;

    @BeforeAll
    static void start() {
        mini = new MiniServer(32, _ -> {});
    }

    @AfterAll
    static void stop() {
        if (mini != null) {
            mini.close();
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
        try (InputStream in = requireNonNull(PageAccessTest.class.getResourceAsStream("/axe.min.js"), "axe.min.js")) {
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
}
