package io.github.coda4j.bench.serve;

import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.testkit.ClosingContract;
import io.github.coda4j.testkit.RuleDenoiser;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class BenchServeClosingTest extends ClosingContract {
    private static final ServePlan PLAN = new ServePlan(1, Duration.ofSeconds(1), 1, 0, 1, Duration.ofSeconds(9), 1);
    private static final Path MODEL = Path.of("models/coda-mini");

    @Override
    public List<Case> cases() {
        return List.of(
                new Case(
                        "CountedDenoiser",
                        _ -> new CountedDenoiser(RuleDenoiser.ofHash(), ModelConfig.preset("coda-tiny"))),
                new Case("Exchange", _ -> {
                    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                        URI address = URI.create("http://127.0.0.1:" + server.getLocalPort());
                        return Exchange.send(address, "/", "", 1000);
                    }
                }),
                new Case("ServedBench", _ -> ServedBench.start(MODEL, LoadOptions.forFolder(MODEL), 1, 1)),
                new Case("ServeBench", _ -> ServeBench.start(MODEL, LoadOptions.forFolder(MODEL), PLAN, List.of())),
                new Case("ClientProcess", _ -> ClientProcess.start(List.of("cat"))));
    }
}
