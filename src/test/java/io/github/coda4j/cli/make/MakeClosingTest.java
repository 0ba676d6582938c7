package io.github.coda4j.cli.make;

import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.testkit.ClosingContract;
import java.util.List;
import java.util.Optional;

class MakeClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(new Case("PullCommand$Listener", _ -> {
            PullCommand.Listener listener = new PullCommand(new Cli().world()).new Listener();
            listener.started("Owner/Name", "0123", Optional.empty(), 1, 10);
            listener.fileStarted("x", 10, 5);
            return listener;
        }));
    }
}
