package io.github.coda4j.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * Other people's data that tests read but the repository does not hold: it lies in {@code shared} beside the checkout.
 */
public final class SharedData {
    private SharedData() {}

    /** The real tokenizer and configs of CoDA-1.7B. */
    public static Path codaConfig() {
        return require("coda-1.7b-config");
    }

    /** HumanEval, HumanEval-infilling and MBPP. */
    public static Path datasets() {
        return require("datasets");
    }

    /** Rendered prompts and verdicts of the field's own checkers, which hold rows of their sets. */
    public static Path evalGoldens() {
        return require("golden").resolve("eval");
    }

    private static Path require(String name) {
        Path path = Path.of("..", "shared", name);
        if (Files.exists(path)) {
            return path;
        }
        String message = "this test reads " + path + ", which is not there";
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(message + "; CI must have it");
        }
        return Assumptions.abort(message);
    }
}
