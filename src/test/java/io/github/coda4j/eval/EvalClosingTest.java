package io.github.coda4j.eval;

import io.github.coda4j.testkit.ClosingContract;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.List;

class EvalClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(
                new Case("SharedForwards", _ -> new SharedForwards(RuleDenoiser.ofHash(), 2)),
                new Case("SharedForwards$Stored", _ -> new SharedForwards.Stored("dual", 4)),
                new Case(
                        "SharedForwards$Sharing",
                        _ -> new SharedForwards.Sharing(RuleDenoiser.ofHash(), new SharedForwards.Stored("dual", 4))));
    }
}
