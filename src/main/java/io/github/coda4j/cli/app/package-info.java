/** The root of the command tree: which commands there are, how problems are said, and the exit code. */
@MayUse({
    "picocli",
    "cli",
    "cli.answer",
    "cli.bench",
    "cli.calibrate",
    "cli.export",
    "cli.data",
    "cli.eval",
    "cli.help",
    "cli.inspect",
    "cli.make",
    "cli.serve",
    "cli.train"
})
package io.github.coda4j.cli.app;

import io.github.coda4j.MayUse;
