/**
 * Source code as trees: whether a text parses, whether it does with its holes filled, what stands around a place in it.
 */
@MayUse("org.treesitter")
package io.github.coda4j.syntax;

import io.github.coda4j.MayUse;
