package io.github.coda4j.masking;

/** Where the report and the original's code part ways, which of them counts. */
public enum MaskingRules {
    /**
     * As the report describes it: S3 is decided row by row with its probability, and every row draws its own block
     * size. A row in which no block fits is masked token by token. The first position of every document is masked only
     * if the model's alignment lets an output row of its own document predict it; mask ids that stand in the text are
     * not counted.
     */
    REPORT,
    /**
     * As the original's code does it: as soon as the block probability is above 0, S3 holds for the whole batch with
     * one block size. First positions are masked like others and counted, except position 0 of the row where no row
     * predicts it; mask ids that stand in the text count, with the mask id as target.
     */
    ORIGINAL
}
