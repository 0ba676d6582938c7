package io.github.coda4j.weights.hub;

import io.github.coda4j.files.FileOutput;
import io.github.coda4j.testkit.ClosingContract;
import io.github.coda4j.testkit.FakeHub;
import io.github.coda4j.web.ProxyVariables;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;

class HubClosingTest extends ClosingContract {
    private final FakeHub hub = new FakeHub().small("config.json", "{}");
    private final HubHttp shared = http();

    @AfterEach
    void stop() {
        shared.close();
        hub.close();
    }

    private HubHttp http() {
        return new HubHttp(hub.endpoint(), FakeHub.ID, Optional.empty(), ProxyVariables.NONE, Duration.ofSeconds(5));
    }

    @Override
    public List<Case> cases() {
        return List.of(
                new Case("HubHttp", _ -> http()),
                new Case(
                        "HubHttp$Answer",
                        _ -> shared.get(
                                hub.endpoint()
                                        .resolve("/" + FakeHub.ID + "/resolve/" + FakeHub.COMMIT + "/config.json"),
                                0,
                                "model")),
                new Case("PartFile$Appender", this::appender));
    }

    private AutoCloseable appender(Path folder) {
        PartFile.Appender appender = new PartFile(folder.resolve("x"), FileOutput::reopen).append();
        appender.write(new byte[] {1}, 1);
        return appender;
    }
}
