package io.github.coda4j.cli;

import io.github.coda4j.model.WeightFormat;
import java.util.Iterator;

/** The names of all formats of weights, for help and completion. */
public final class FormatNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return WeightFormat.ALL.stream().map(WeightFormat::toString).iterator();
    }
}
