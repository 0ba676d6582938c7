package io.github.coda4j.serve;

import io.github.coda4j.testkit.ClosingContract;
import java.time.Duration;
import java.util.List;

class ServeClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(
                new Case("Admission$Place", folder -> new Admission(1).enter(1, folder::toString)),
                new Case(
                        "CodaServer",
                        folder -> CodaServer.start(
                                Served.HTTP, new ServeOptions(1, 1, Duration.ofMinutes(1)), folder::resolve)));
    }
}
