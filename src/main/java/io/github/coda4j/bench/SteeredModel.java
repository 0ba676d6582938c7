package io.github.coda4j.bench;

import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.DelegatingDenoiser;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.ProposalDetails;
import io.github.coda4j.model.plan.Proposals;
import java.util.Arrays;
import java.util.List;

/**
 * A model that runs everything it is asked and then says what it is told: always the same token, and the surer the
 * nearer a hole is to a certain length. So a search finds that length whatever the weights are, and costs what it
 * costs.
 */
final class SteeredModel extends DelegatingDenoiser {
    private static final float KNOWN = 0.999f;
    private static final double UNKNOWN = 0.5;

    private final int token;
    /** The tokens around the holes of what was stored last. */
    private int given;

    private int wanted = 1;
    private long rows;

    /**
     * That model, steered.
     *
     * @param token what it always says
     */
    SteeredModel(Denoiser model, int token) {
        super(model);
        this.token = token;
    }

    /** From now on holes have so many tokens, and rows are counted from 0. */
    void begin(int tokens) {
        wanted = tokens;
        rows = 0;
    }

    /** Tokens that were run. */
    long rows() {
        return rows;
    }

    @Override
    public List<Proposals> forward(List<ForwardPlan> plans) {
        List<Proposals> answers = model.forward(plans);
        for (int i = 0; i < plans.size(); i++) {
            rows += plans.get(i).ids().length;
            steer(answers.get(i), sureness(plans.get(i)));
        }
        return answers;
    }

    private float sureness(ForwardPlan plan) {
        int length = switch (plan.cache()) {
            case CacheAccess.None _ -> wanted;
            case CacheAccess.Fill _ -> {
                int masks = (int)
                        Arrays.stream(plan.ids()).filter(id -> id == maskId()).count();
                given = plan.ids().length - masks;
                yield masks;
            }
            case CacheAccess.Append _ -> wanted;
            case CacheAccess.Reuse(KvCache cache) -> cache.length() - given;
        };
        return length == wanted ? KNOWN : (float) (UNKNOWN / (1 + Math.abs(length - wanted)));
    }

    private void steer(Proposals answer, float sureness) {
        Arrays.fill(answer.tokens(), token);
        Arrays.fill(answer.probability(), sureness);
        Arrays.fill(answer.margin(), sureness);
        Arrays.fill(answer.negativeEntropy(), sureness - 1);
        answer.details().ifPresent(details -> steer(details, sureness));
    }

    private void steer(ProposalDetails details, float sureness) {
        Arrays.fill(details.candidates(), token);
        Arrays.fill(details.logProbabilities(), (float) Math.log(sureness));
    }

    /** The model is another's to close. */
    @Override
    public void close() {}
}
