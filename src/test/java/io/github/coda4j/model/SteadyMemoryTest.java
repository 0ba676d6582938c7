package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.DecodeSession;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.testkit.GoldenModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Decoding for a long time needs no more memory than decoding for a short time. */
class SteadyMemoryTest {
    private static final int STEPS = 1000;

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void a_thousand_steps_grow_neither_live_tensors_nor_resident_memory(EngineKind engine) throws IOException {
        try (Transformer model = GoldenModels.open("a-untied", engine, Precision.FP32, 2)) {
            long tensorsBefore = Scope.liveCount();
            decode(model, STEPS);
            long before = residentOutsideTheHeap();
            decode(model, STEPS);
            long after = residentOutsideTheHeap();
            assertThat(Scope.liveCount()).isEqualTo(tensorsBefore);
            assertThat((double) after / before)
                    .as("resident memory %d then %d KiB", before, after)
                    .isLessThan(1.02);
        }
    }

    private static void decode(Transformer model, int steps) {
        int done = 0;
        while (done < steps) {
            Canvas canvas = Canvas.forCompletion(new int[] {7, 8, 9, 10, 11}, 32, model.maskId());
            DecodeOptions options = DecodeOptions.ofSteps(32).withBlocks(8, CachePolicy.of("dual"));
            try (DecodeSession session = DecodeSession.open(canvas, options, model)) {
                while (!session.done()) {
                    List<Proposals> proposals = model.forward(List.of(session.plan()));
                    done += session.apply(proposals.getFirst()).size();
                }
            }
        }
    }

    /** Kibibytes of this process in memory, less what the Java heap has taken. */
    private static long residentOutsideTheHeap() throws IOException {
        System.gc();
        long resident = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                .findFirst()
                .orElseThrow();
        return resident - Runtime.getRuntime().totalMemory() / 1024;
    }
}
