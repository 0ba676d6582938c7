package io.github.coda4j.cli.bench;

import io.github.coda4j.bench.serve.ClientOrders;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.World;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;

/** The clients of {@code coda bench serve}, which starts them itself: not for people. */
@Command(
        name = ServeClientsCommand.NAME,
        hidden = true,
        description = "The clients of \"coda bench serve\", which starts this command: it reads orders from standard "
                + "input, a line of JSON each.",
        footerHeading = "%nExamples:%n",
        footer = "  echo '{\"order\":\"LEAVE\"}' | coda bench serve-clients")
final class ServeClientsCommand implements Callable<Integer> {
    static final String NAME = "serve-clients";

    private final World world;

    ServeClientsCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        try {
            ClientOrders.run(world.in(), line -> {
                world.out().println(line);
                world.out().flush();
            });
            return ExitCodes.OK;
        } catch (InterruptedException e) {
            throw new CancellationException("interrupted");
        }
    }
}
