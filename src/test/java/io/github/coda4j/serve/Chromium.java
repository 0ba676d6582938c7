package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The browser that this system has, without a window, and what its pages complained about. */
final class Chromium implements AutoCloseable {
    /** Names it where it lies elsewhere. */
    static final String VARIABLE = "CODA_CHROMIUM";

    private static final List<String> PLACES = List.of(
            "/usr/bin/chromium",
            "/usr/bin/chromium-browser",
            "/usr/bin/google-chrome",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");

    /** No request of the browser's own: this is about those of the page. */
    private static final List<String> ARGUMENTS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--enable-precise-memory-info");

    /** For everything that is waited for: a machine may be busy. */
    private static final double PATIENCE_MILLIS = 60_000;

    private final Playwright playwright;
    private final Browser browser;

    private Chromium(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    /** Starts it; where there is none, the test is skipped. */
    static Chromium start() {
        Optional<Path> program = Stream.concat(Optional.ofNullable(System.getenv(VARIABLE)).stream(), PLACES.stream())
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(program.isPresent(), "no Chromium: install it, or name it by " + VARIABLE);
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        return new Chromium(
                playwright,
                playwright
                        .chromium()
                        .launch(new LaunchOptions()
                                .setExecutablePath(program.orElseThrow())
                                .setArgs(ARGUMENTS)
                                .setTimeout(PATIENCE_MILLIS)));
    }

    Browser browser() {
        return browser;
    }

    /** A tab at the server's page. */
    Tab open(String address) {
        return open(address, 1280, 800, ColorScheme.LIGHT);
    }

    Tab open(String address, int width, int height, ColorScheme scheme) {
        BrowserContext context = browser.newContext(
                new NewContextOptions().setViewportSize(width, height).setColorScheme(scheme));
        context.setDefaultTimeout(PATIENCE_MILLIS);
        context.setDefaultNavigationTimeout(PATIENCE_MILLIS);
        return new Tab(context, address);
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }

    /** A tab. When it is closed it must have had nothing to complain about, and have asked nobody but its server. */
    static final class Tab implements AutoCloseable {
        private final BrowserContext context;
        private final Page page;
        private final List<String> complaints = new CopyOnWriteArrayList<>();
        private Predicate<String> expected = _ -> false;

        private Tab(BrowserContext context, String address) {
            this.context = context;
            this.page = context.newPage();
            page.onConsoleMessage(message -> {
                if (!List.of("log", "info").contains(message.type())) {
                    complaints.add(shown(message));
                }
            });
            page.onPageError(complaints::add);
            page.onRequest(request -> {
                if (!request.url().startsWith(address + "/")) {
                    complaints.add("asked another host: " + request.url());
                }
            });
            page.navigate(address + "/");
            page.locator("[data-health=ready]").waitFor();
        }

        private static String shown(ConsoleMessage message) {
            return message.type() + ": " + message.text();
        }

        Page page() {
            return page;
        }

        /** Complaints that belong to what is tested. */
        Tab expecting(Predicate<String> those) {
            expected = those;
            return this;
        }

        @Override
        public void close() {
            context.close();
            assertThat(complaints).filteredOn(expected.negate()).isEmpty();
        }
    }
}
