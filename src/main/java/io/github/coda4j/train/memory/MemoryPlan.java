package io.github.coda4j.train.memory;

import static io.github.coda4j.Checks.check;

import java.util.Comparator;
import java.util.List;

/**
 * The memory of one device while it trains: what is there all the time, and the most of what comes and goes.
 *
 * @param kept parts that are there all the time
 * @param phases of a step, at least one; each frees its parts before the next
 */
public record MemoryPlan(List<Part> kept, List<Phase> phases) {
    public MemoryPlan {
        kept = List.copyOf(kept);
        phases = List.copyOf(phases);
        check(!phases.isEmpty(), "a plan has at least one phase");
    }

    /**
     * Something that takes memory.
     *
     * @param how its size comes about, for people
     */
    public record Part(String name, long bytes, String how) {
        public Part {
            check(bytes >= 0, "%s takes %d bytes", name, bytes);
        }
    }

    /** A time in a step, and what it needs besides. */
    public record Phase(String name, List<Part> parts) {
        public Phase {
            parts = List.copyOf(parts);
        }

        public long bytes() {
            return sum(parts);
        }
    }

    /** Of what is there all the time. */
    public long keptBytes() {
        return sum(kept);
    }

    /** The phase that needs most. */
    public Phase largest() {
        return phases.stream().max(Comparator.comparingLong(Phase::bytes)).orElseThrow();
    }

    /** The most that is taken at a time. */
    public long bytes() {
        return keptBytes() + largest().bytes();
    }

    private static long sum(List<Part> parts) {
        return parts.stream().mapToLong(Part::bytes).sum();
    }
}
