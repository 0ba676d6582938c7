/** Commands that make corpora and tokenizers. */
@MayUse({"picocli", "com.fasterxml.jackson", "cli", "files", "text", "data"})
package io.github.coda4j.cli.data;

import io.github.coda4j.MayUse;
