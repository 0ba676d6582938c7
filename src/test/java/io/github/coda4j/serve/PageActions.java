package io.github.coda4j.serve;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.util.regex.Pattern;

/** What tests of the page do with it and look for on it. */
final class PageActions {
    private PageActions() {}

    static Locator status(Page page, String text) {
        return page.locator("#status").filter(new Locator.FilterOptions().setHasText(text));
    }

    static void await(Locator what) {
        what.first().waitFor();
    }

    static void awaitDone(Page page) {
        await(status(page, "Done in"));
    }

    static void awaitStep(Page page, String pattern) {
        await(page.locator("#where").filter(new Locator.FilterOptions().setHasText(Pattern.compile(pattern))));
    }

    static int masks(Page page) {
        return page.locator("#canvas .cell.mask").count();
    }

    /** Without the breaks and blanks at line ends that an editor's lines have. */
    static String editorText(Page page) {
        return String.join("\n", page.locator("#editor .cm-line").allTextContents());
    }

    static void replaceText(Page page, String text) {
        page.locator("#editor .cm-content").click();
        page.keyboard().press("ControlOrMeta+a");
        page.keyboard().insertText(text);
    }

    static void seek(Page page, int step) {
        page.locator("#slider").fill(Integer.toString(step));
    }
}
