package io.github.coda4j.eval.remote;

import io.github.coda4j.testkit.ClosingContract;
import io.github.coda4j.web.ProxyVariables;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What is closed in this room. */
class RemoteClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(new Case(
                "ModelServer",
                _ -> ModelServer.connect(
                        ModelServer.Address.of("http://127.0.0.1:1", Optional.empty(), Duration.ofSeconds(1)),
                        Optional.of("m"),
                        ProxyVariables.NONE,
                        (what, reason, wait) -> {})));
    }
}
