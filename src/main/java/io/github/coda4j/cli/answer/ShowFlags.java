package io.github.coda4j.cli.answer;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.World;
import io.github.coda4j.generate.Completion;
import picocli.CommandLine.Option;

/** How an answer and what it took are shown. */
final class ShowFlags {
    @Option(names = "--watch", description = "Draw the canvas while it is denoised.")
    private boolean watch;

    @Option(names = "--show-meta", description = "Print what the answer took on standard error.")
    private boolean meta;

    @Option(names = "--json", description = "Print the text, the ids and what they took as one JSON object.")
    private boolean json;

    /** @throws IllegalArgumentException when flags exclude each other */
    void verify() {
        check(!json || !meta, "--show-meta has no effect with --json, which tells it all: leave it out");
        check(!json || !watch, "--watch and --json exclude each other: leave one of them out");
    }

    boolean watch() {
        return watch;
    }

    boolean json() {
        return json;
    }

    /** Brings standard output out and, if asked for, says what the answer took. */
    void finish(World world, Completion completion) {
        finish(world, completion, "");
    }

    /** The same with words before it that say of which answer it speaks. */
    void finish(World world, Completion completion, String which) {
        world.flush();
        if (meta) {
            world.note(which + CostReport.line(completion));
        }
        completion.notes().forEach(line -> world.note(which + line));
    }
}
