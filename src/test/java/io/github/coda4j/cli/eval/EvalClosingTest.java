package io.github.coda4j.cli.eval;

import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.World;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.testkit.ClosingContract;
import java.util.List;
import picocli.CommandLine;

/** What is closed in this room. */
class EvalClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(new Case("Asked", _ -> {
            World world = new Cli().world();
            EvalCommand command = new EvalCommand(world, new Interrupt());
            new CommandLine(command).parseArgs("humaneval", "--model", "models/coda-mini");
            return Asked.open(command.asking, world, command.judging);
        }));
    }
}
