package io.github.coda4j.train;

/** What a run is for. */
public enum Stage {
    /** Text and code from random or autoregressive weights. */
    PRETRAIN,
    /** More code, with masking that gets harder. */
    MIDTRAIN,
    /** Instructions with answers, of which only the answers are masked. */
    SFT;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
