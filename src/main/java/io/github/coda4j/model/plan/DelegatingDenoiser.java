package io.github.coda4j.model.plan;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import java.util.List;
import java.util.Optional;

/** A network around another, which it asks everything that a subclass does not answer. The other is closed with it. */
public abstract class DelegatingDenoiser implements Denoiser {
    /** The other network. */
    protected final Denoiser model;

    /**
     * Around that network.
     *
     * @param model is asked
     */
    protected DelegatingDenoiser(Denoiser model) {
        this.model = model;
    }

    @Override
    public int maskId() {
        return model.maskId();
    }

    @Override
    public Alignment alignment() {
        return model.alignment();
    }

    @Override
    public Optional<BlockCausal> blocks() {
        return model.blocks();
    }

    @Override
    public int vocabSize() {
        return model.vocabSize();
    }

    @Override
    public int maxPositions() {
        return model.maxPositions();
    }

    @Override
    public KvCache newCache(int length) {
        return model.newCache(length);
    }

    @Override
    public KvCache moved(KvCache cache, int[] from) {
        return model.moved(cache, from);
    }

    @Override
    public List<Proposals> forward(List<ForwardPlan> plans) {
        return model.forward(plans);
    }

    @Override
    public void close() {
        model.close();
    }
}
