package io.github.coda4j.jit;

/**
 * How {@link PanelKernel} wants a weight [outputs, inputs]: cut into panels of 48 outputs, the last of which has 16, 32
 * or 48. A panel is a run of steps of four inputs; a step has, for each of its outputs in turn, the four numbers, a
 * byte each. In 4 bits two steps share their bytes: the first one has the lower halves, the second one the upper.
 * Beside these a panel has, for every group of inputs, a byte for each output's step and one for each output's step
 * times zero. Missing outputs are zeros.
 *
 * @param inputs a multiple of 4, in 4 bits of 8
 * @param group inputs of a group in 4 bits, 0 for int8
 */
record Panels(int outputs, int inputs, int group) {
    /** Outputs of a panel. */
    static final int WIDTH = 48;

    /** Outputs of a vector. */
    static final int LANES = 16;

    /** Inputs of a step. */
    static final int STEP = 4;

    Panels {
        assert outputs > 0 && inputs > 0 && inputs % (group == 0 ? STEP : 2 * STEP) == 0 : outputs + ", " + inputs;
        assert group % (2 * STEP) == 0 : group;
    }

    int count() {
        return Math.ceilDiv(outputs, WIDTH);
    }

    /** Vectors of a panel: 3, of the last one perhaps fewer. */
    int vectors(int panel) {
        return Math.ceilDiv(outputs(panel), LANES);
    }

    /** Outputs of a panel. */
    int outputs(int panel) {
        return Math.min(WIDTH, outputs - panel * WIDTH);
    }

    /** Outputs of a panel with those that fill its last vector. */
    int columns(int panel) {
        return vectors(panel) * LANES;
    }

    /** Outputs with those that fill the last vector. */
    int padded() {
        return Math.ceilDiv(outputs, LANES) * LANES;
    }

    /** Bytes of all values. */
    long bytes() {
        return firstByte(count());
    }

    /** Where a panel's values begin. */
    long firstByte(int panel) {
        long columns = Math.min((long) panel * WIDTH, padded());
        return columns * inputs / (group == 0 ? 1 : 2);
    }

    /** Groups of an output. */
    int groups() {
        return group == 0 ? 0 : Math.ceilDiv(inputs, group);
    }

    /** Bytes of all steps, and as many of their products with zeros. */
    long groupBytes() {
        return (long) padded() * groups();
    }

    /** Where the byte of an output and an input lies. */
    long at(int output, int input) {
        int panel = output / WIDTH;
        int step = input / STEP / (group == 0 ? 1 : 2);
        int column = output % WIDTH;
        return firstByte(panel) + ((long) step * vectors(panel) * LANES + column) * STEP + input % STEP;
    }

    /** Where the step of an output and a group lies; its product with the zero has the same place in its own memory. */
    long atGroup(int output, int index) {
        int panel = output / WIDTH;
        return Math.min((long) panel * WIDTH, padded()) * groups()
                + (long) index * vectors(panel) * LANES
                + output % WIDTH;
    }
}
