package io.github.coda4j.cli.train;

import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.testkit.ClosingContract;
import java.util.List;

class TrainCommandClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(new Case("TrainConsole", _ -> new TrainConsole(new Cli().world(), 5, System::nanoTime)));
    }
}
