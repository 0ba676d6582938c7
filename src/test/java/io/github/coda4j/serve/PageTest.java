package io.github.coda4j.serve;

import static io.github.coda4j.serve.PageActions.awaitDone;
import static io.github.coda4j.serve.PageActions.editorText;
import static io.github.coda4j.serve.PageActions.masks;
import static io.github.coda4j.serve.PageActions.replaceText;
import static io.github.coda4j.serve.PageActions.seek;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.list;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.github.coda4j.files.Json;
import io.github.coda4j.serve.Chromium.Tab;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What people do on the page in a browser, with the model in the box behind it. */
@Tag("process")
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PageTest extends WithChromium {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

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
}
