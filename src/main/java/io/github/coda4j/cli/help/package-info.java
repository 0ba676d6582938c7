/** What the command tree says about itself: help by name, completion for shells, manual pages. */
@MayUse({"picocli", "cli", "files"})
package io.github.coda4j.cli.help;

import io.github.coda4j.MayUse;
