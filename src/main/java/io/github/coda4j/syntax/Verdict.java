package io.github.coda4j.syntax;

/** Whether a text parses with its holes filled. */
public enum Verdict {
    /** The whole text follows its grammar. */
    PARSES,
    /** The answers break it. */
    BREAKS,
    /** It cannot be said: the text does not parse for other reasons, or there is no tree of it. */
    UNKNOWN
}
