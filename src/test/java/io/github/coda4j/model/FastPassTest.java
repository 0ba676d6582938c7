package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.Sampling;
import io.github.coda4j.tensor.WorkerTeam;
import io.github.coda4j.testkit.RandomModels;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(300)
class FastPassTest {
    /** Two and three workers: with three, heads of one key/value head lie with several of them. */
    @Tag("slow")
    @ParameterizedTest
    @CsvSource({"FP32,2", "BF16,2", "INT8,2", "FP32,3", "INT8,3", "INT4,2"})
    void the_answer_is_the_same_to_the_bit_whichever_worker_does_a_share(WeightFormat format, int size) {
        ModelConfig config = RandomModels.config(ModelKind.CODA);
        Numbers numbers = Numbers.here(format);
        try (WorkerTeam team = new WorkerTeam(size);
                FastWeights weights = FastWeights.load(config, numbers, new RandomWeights(config, 1), team);
                Workspace workspace = new Workspace(size)) {
            Rotary rotary = new Rotary(config);
            rotary.ensure(64);
            for (int tokens : new int[] {1, 7, 33}) {
                int[] ids = new SplittableRandom(tokens)
                        .ints(tokens, 5, config.vocabSize())
                        .toArray();
                List<ForwardPlan> plans =
                        List.of(new ForwardPlan(ids, 0, CacheAccess.NONE, new int[0], Sampling.GREEDY, 0));
                float[][] alone = new float[tokens][];
                Set<Thread> worked = ConcurrentHashMap.newKeySet();
                pass(config, weights, team, workspace, rotary, numbers, plans, (row, logits) -> {
                            worked.add(Thread.currentThread());
                            alone[row] = logits.toArray(ValueLayout.JAVA_FLOAT);
                        })
                        .run(1);
                assertThat(worked).hasSize(1);
                for (int turn = 0; turn < 20; turn++) { // shares fall to workers as they come
                    float[][] together = new float[tokens][];
                    pass(
                                    config,
                                    weights,
                                    team,
                                    workspace,
                                    rotary,
                                    numbers,
                                    plans,
                                    (row, logits) -> together[row] = logits.toArray(ValueLayout.JAVA_FLOAT))
                            .run(1 + turn % size);
                    assertThat(together).isDeepEqualTo(alone);
                }
            }
        }
    }

    private static FastPass pass(
            ModelConfig config,
            FastWeights weights,
            WorkerTeam team,
            Workspace workspace,
            Rotary rotary,
            Numbers numbers,
            List<ForwardPlan> plans,
            FastPass.RowSink sink) {
        int[] rows = new int[plans.getFirst().ids().length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i;
        }
        return new FastPass(config, weights, team, workspace, rotary, numbers, plans, rows, sink, PassClock.OFF);
    }
}
