package io.github.coda4j.hlo.coda;

import io.github.coda4j.hlo.ElementType;
import io.github.coda4j.hlo.Layout;
import io.github.coda4j.hlo.Program;
import io.github.coda4j.hlo.TensorType;
import io.github.coda4j.hlo.Value;
import io.github.coda4j.model.ModelConfig;
import java.util.List;
import java.util.Optional;

/** Rows as arguments: what {@link StepFeed} and {@link RotaryTables} hold. */
record Batch(Value ids, Value targets, Value weights, Value segments) {
    // B rows, T positions, H head dimension

    static final String NOISY_IDS = "noisy_ids";
    static final String TARGETS = "targets";
    static final String WEIGHTS = "weights";
    static final String SEGMENTS = "segments";
    static final String COS = "cos";
    static final String SIN = "sin";

    /** Adds the arguments of masked rows. */
    static Batch arguments(Program.Builder builder, StepShape shape, Products products, Distribution distribution) {
        Layout rows = rows(distribution);
        TensorType ids = TensorType.of(ElementType.I32, shape.rows(), shape.length());
        return new Batch(
                builder.argument(NOISY_IDS, ids, rows),
                builder.argument(TARGETS, ids, rows),
                builder.argument(WEIGHTS, ids.withElement(products.floats()), rows),
                builder.argument(SEGMENTS, ids, rows));
    }

    /** Every device has its own. */
    static Layout rows(Distribution distribution) {
        return distribution.devices() == 1 ? Layout.REPLICATED : Layout.split(0, distribution.devices());
    }

    /** Adds the arguments of the rotary embedding. */
    static Angles angles(Program.Builder builder, ModelConfig config, int length, Products products) {
        TensorType table = TensorType.of(products.floats(), length, config.headDim() / 2);
        return new Angles(
                builder.argument(COS, table, Layout.REPLICATED), builder.argument(SIN, table, Layout.REPLICATED));
    }

    Sight sight() {
        return new Sight(segments, Optional.empty());
    }

    List<Value> all() {
        return List.of(ids, targets, weights, segments);
    }

    static Batch of(List<Value> all) {
        return new Batch(all.get(0), all.get(1), all.get(2), all.get(3));
    }
}
