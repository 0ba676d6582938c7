package io.github.coda4j.data;

/** Which part of a corpus: what is trained on, or what is kept away from training to measure on. */
public enum Split {
    TRAIN("train"),
    HELD_OUT("held-out");

    private final String label;

    Split(String label) {
        this.label = label;
    }

    /** As it stands in file names and messages. */
    public String label() {
        return label;
    }
}
