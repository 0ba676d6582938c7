package io.github.coda4j.hlo.coda;

import io.github.coda4j.hlo.Layout;
import io.github.coda4j.hlo.TensorType;
import java.util.List;

/**
 * An argument of a program that is one tensor of a checkpoint, or the same tensor of all layers, one after another.
 *
 * @param name the checkpoint's, with {@code *} for the number of the layer
 * @param tensors the checkpoint's names, in order
 * @param type of the whole, on all devices together; of layers: the first extent is their number
 * @param layout how it lies on the devices
 */
public record Stacked(String name, List<String> tensors, TensorType type, Layout layout) {
    /** What stands for the number of the layer. */
    static final String ANY_LAYER = "*";

    public Stacked {
        tensors = List.copyOf(tensors);
    }

    /** Whether its first dimension is the layer. */
    public boolean isLayered() {
        return name.contains("." + ANY_LAYER + ".");
    }

    /** What one device has of it, where each runs the program for itself. */
    public TensorType part() {
        return layout.part(type);
    }

    /** Dimensions of one layer's tensor. */
    int ownRank() {
        return type.rank() - (isLayered() ? 1 : 0);
    }
}
