package io.github.coda4j.spark;

import io.github.coda4j.data.CorpusEngine;
import io.github.coda4j.data.CorpusOptions;
import io.github.coda4j.testkit.ClosingContract;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class SparkClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(new Case("Cluster", _ -> {
            CorpusEngine.Work work = new CorpusEngine.Work(
                    CorpusOptions.of(List.of("unused")), 0, Optional.of("local[1]"), OptionalInt.of(1), Map.of());
            return Cluster.open(work, (_, _, _) -> {});
        }));
    }
}
