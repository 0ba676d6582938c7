package io.github.coda4j.cli.train;

import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.data.Manifest;
import io.github.coda4j.testkit.ClosingContract;
import io.github.coda4j.testkit.ToySequences;
import java.util.List;
import java.util.Optional;

class TrainCommandClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(
                new Case("TrainConsole", _ -> new TrainConsole(new Cli().world(), 5, System::nanoTime)),
                new Case(
                        "TrainData",
                        _ -> new TrainData(
                                new ToySequences(10, 50),
                                Optional.of(new ToySequences(10, 50)),
                                new Manifest(
                                        "coda4j-tokens-1",
                                        Manifest.Kind.TEXT,
                                        300,
                                        2,
                                        "0",
                                        1,
                                        0,
                                        2,
                                        0,
                                        List.of(),
                                        List.of()))));
    }
}
