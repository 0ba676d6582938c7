package io.github.coda4j.generate;

import io.github.coda4j.Closing;
import io.github.coda4j.diffusion.Block;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Proposals;
import java.util.Optional;
import java.util.function.Consumer;

/** A forward that a search needs, and who takes its answer. What it holds in memory is made by {@link #prepare}. */
final class SearchForward implements AutoCloseable {
    private final ForwardPlan whole;
    private final Optional<Narrow> narrow;
    private final Consumer<Proposals> taker;
    private Optional<KvCache> stored = Optional.empty();
    private Optional<ForwardPlan> plan = Optional.empty();
    private final Closing closing = new Closing();

    /** That it runs some rows of a sequence alone. */
    private record Narrow(Outside outside, PromptLayout layout, Block rows) {}

    private SearchForward(ForwardPlan whole, Optional<Narrow> narrow, Consumer<Proposals> taker) {
        this.whole = whole;
        this.narrow = narrow;
        this.taker = taker;
    }

    /** One that is run as it is planned. */
    static SearchForward of(ForwardPlan plan, Consumer<Proposals> taker) {
        return new SearchForward(plan, Optional.empty(), taker);
    }

    /**
     * One of which some rows are run, the text around them being known.
     *
     * @param whole runs all of the layout
     */
    static SearchForward of(
            ForwardPlan whole, PromptLayout layout, Block rows, Outside outside, Consumer<Proposals> taker) {
        return new SearchForward(whole, Optional.of(new Narrow(outside, layout, rows)), taker);
    }

    /** How many positions it stores for itself. */
    int positionsStored() {
        return narrow.map(part -> part.layout().ids().length).orElse(0);
    }

    /** Makes the plan; a second call does nothing more. */
    void prepare() {
        if (plan.isEmpty()) {
            stored = narrow.map(part -> part.outside().around(part.layout()));
            plan = Optional.of(
                    stored.map(cache -> whole.alone(narrow.orElseThrow().rows(), cache))
                            .orElse(whole));
        }
    }

    /** The plan, once it is made. */
    Optional<ForwardPlan> plan() {
        return plan;
    }

    /** Takes the answer, and lets go of what was made for it. */
    void take(Proposals answer) {
        close();
        taker.accept(answer);
    }

    @Override
    public void close() {
        closing.once(() -> stored.ifPresent(KvCache::close));
    }
}
