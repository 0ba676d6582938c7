package io.github.coda4j.syntax;

/**
 * A place where a text does not follow its grammar.
 *
 * @param range what the parser could make nothing of; empty where something is missing
 * @param missing whether something is missing there, such as a closing bracket
 */
public record SyntaxError(TextRange range, boolean missing) {}
