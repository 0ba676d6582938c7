package io.github.coda4j.model.training;

/** What the time of a {@link FusedTrainingPass} goes into. */
public enum TrainingPhase {
    /** Products of activations and weights, forward and for the gradients of activations. */
    PRODUCTS("products"),
    /** Products for the gradients of weights, and adding them. */
    WEIGHT_GRADIENTS("weight gradients"),
    /** Scores, softmax and mixing, forward and backward. */
    ATTENTION("attention"),
    /** Norms, rotation, gates, sums and conversions. */
    ELEMENTS("element-wise"),
    /** Output layer and loss, forward and backward. */
    OUTPUT("output and loss"),
    /** Waiting for other workers. */
    WAITING("waiting");

    private final String text;

    TrainingPhase(String text) {
        this.text = text;
    }

    /** For people, for example {@code "weight gradients"}. */
    public String text() {
        return text;
    }
}
