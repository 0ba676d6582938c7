package io.github.coda4j.decode;

/** Whether the mask token may be proposed. */
public enum MaskCandidates {
    /** It takes no part in the softmax, so every committed position is a real token. */
    EXCLUDE,
    /** As in the original: a position whose best token is the mask stays masked although it counts as revealed. */
    ALLOW
}
