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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Decoding for a long time needs no more memory than decoding for a short time. Measured in a process of its own whose
 * heap is there from the start, so that all growth is native.
 */
@Tag("process")
class SteadyMemoryTest {
    private static final int STEPS = 500;
    private static final int WINDOWS = 5;

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void a_thousand_steps_grow_neither_live_tensors_nor_resident_memory(EngineKind engine)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms128m",
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:+AlwaysPreTouch",
                        "--add-modules=jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Probe.class.getName(),
                        engine.name())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        String[] figures = output.strip().lines().toList().getLast().split(" ");
        assertThat(Long.parseLong(figures[0])).as("live tensors more").isZero();
        assertThat(Double.parseDouble(figures[1]))
                .as("least growth of resident memory per %d steps: %s", STEPS, output)
                .isLessThan(1.01);
    }

    /**
     * Prints how many more tensors live after the measured steps, and the growth of resident memory in the window that
     * grew least: a leak grows every window, while a late compilation or a new arena of the allocator grows one.
     */
    static final class Probe {
        private Probe() {}

        public static void main(String[] arguments) throws IOException {
            EngineKind engine = EngineKind.valueOf(arguments[0]);
            try (Transformer model = GoldenModels.open("a-untied", engine, WeightFormat.FP32, 2)) {
                long tensors = Scope.liveCount();
                decode(model, 2 * STEPS);
                double leastGrowth = Double.MAX_VALUE;
                for (int window = 0; window < WINDOWS && leastGrowth > 1.005; window++) {
                    long before = resident();
                    decode(model, STEPS);
                    leastGrowth = Math.min(leastGrowth, (double) resident() / before);
                }
                System.out.println((Scope.liveCount() - tensors) + " " + leastGrowth);
            }
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

    private static long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                .findFirst()
                .orElseThrow();
    }
}
