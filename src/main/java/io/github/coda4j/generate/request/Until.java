package io.github.coda4j.generate.request;

/** Where an answer ends that could be longer, for editors that want less than a model writes. */
public enum Until {
    /** At its length, wherever that is. */
    LENGTH,
    /** At the end of the first line that has something in it. */
    LINE,
    /**
     * At the end of the statement or block that it begins with or completes: by the grammar of the document, where
     * there is one and the text around the holes parses, and by brackets and indentation elsewhere.
     */
    BLOCK
}
