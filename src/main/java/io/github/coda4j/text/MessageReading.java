package io.github.coda4j.text;

/** How the messages of a chat request are read from JSON. */
public enum MessageReading {
    /**
     * Everything that a message says is said: text parts are joined, the names that roles have elsewhere count, tools
     * and messages may be JSON text, results of tools may be objects. What the template could not say is refused.
     */
    WHOLE,

    /**
     * As the original's template reads them: content that is no string counts as nothing, and messages of roles that it
     * does not know are left out.
     */
    ORIGINAL
}
