package io.github.coda4j.serve;

/**
 * A dialect's say in where an answer ends, while it comes. One rule watches one answer; its methods are called one at a
 * time.
 */
interface TextRule {
    /** Lets everything pass. */
    TextRule NONE = text -> text;

    /**
     * The next piece of text.
     *
     * @return what of it belongs to the answer
     */
    String accept(String text);

    /** Whether the answer ended in what was accepted: nothing more is generated. */
    default boolean ended() {
        return false;
    }
}
