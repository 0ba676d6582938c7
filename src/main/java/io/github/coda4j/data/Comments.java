package io.github.coda4j.data;

/** What becomes of the comments of Java files; files of other languages stay whole. */
public enum Comments {
    /** They stay. */
    KEEP,
    /** Those that explain code stay, cut to a sentence: no license headers, tags, code or long texts. */
    SHORT,
    /** They go. */
    DROP;

    String of(String java) {
        return switch (this) {
            case KEEP -> java;
            case SHORT -> JavaComments.shorten(java);
            case DROP -> JavaComments.drop(java);
        };
    }
}
