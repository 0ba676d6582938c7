package io.github.coda4j.model;

import java.util.Optional;

/** How a checkpoint holds the weights of products that are no floating numbers; see {@link QuantizedCheckpoint}. */
interface Quantization {
    /** What config.json calls it, {@code quant_method}. */
    String method();

    /** What config.json says of it for people. */
    String inWords();

    /** Products but the output layer, whose rows are their outputs. */
    QuantizedRows products();

    /** The output layer. */
    QuantizedRows head();

    /** The embedding; empty where it is BF16. */
    Optional<QuantizedRows> embedding();
}
