package io.github.coda4j.cli.serve;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.OpenModel;
import io.github.coda4j.cli.World;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.serve.CodaServer;
import io.github.coda4j.serve.ModelFolder;
import io.github.coda4j.serve.ServeOptions;
import io.github.coda4j.serve.http.HttpOptions;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jline.terminal.spi.SystemStream;

/** A server for the page alone: on a free port of this machine, until an end is requested. */
public final class PageServer {
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(1);

    private final World world;
    private final Interrupt interrupt;

    public PageServer(World world, Interrupt interrupt) {
        this.world = world;
        this.interrupt = interrupt;
    }

    /**
     * Serves a model, says where, and opens a browser there when a person sits at standard output.
     *
     * @param folder of the model
     * @return the exit code
     */
    public int show(Path folder, LoadOptions load) throws InterruptedException {
        EngineOptions engine = EngineOptions.DEFAULT;
        ServeOptions options = new ServeOptions(engine.maxSessions(), engine.maxQueued(), ServeOptions.DEFAULT_TIMEOUT);
        try (CodaServer server = CodaServer.start(HttpOptions.local(0), options, line -> {});
                OpenModel open = world.openModel(folder, load, engine)) {
            ModelFolder named = new ModelFolder(folder, Optional.empty());
            server.serve(ServeCommand.served(
                    open, named, ServeCommand.config(folder, load), DecodeDefaults.ofCheckpoint(folder, load.told())));
            world.out().printf(Locale.ROOT, "The page is at %s (Ctrl-C ends it)%n", server.address());
            world.out().flush();
            if (world.terminals().isTerminal(SystemStream.Output)) {
                openBrowser(server.address());
            }
            interrupt.await();
            server.drain(LAST_ANSWERS);
        }
        return ExitCodes.OK;
    }

    /** Where there is none, the address was printed. */
    private void openBrowser(String address) {
        List<String> command =
                browser(world.systemProperties().getOrDefault("os.name", ""), world.environment(), address);
        if (command.isEmpty()) {
            return;
        }
        try {
            new ProcessBuilder(command)
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            world.err().println("There is no " + command.getFirst() + " to open a browser: open the address yourself.");
        }
    }

    /** The command that opens a page on that system; empty where there is no screen. */
    static List<String> browser(String system, Map<String, String> environment, String address) {
        String name = system.toLowerCase(Locale.ROOT);
        if (name.startsWith("windows")) {
            return List.of("rundll32", "url.dll,FileProtocolHandler", address);
        }
        if (name.startsWith("mac")) {
            return List.of("open", address);
        }
        boolean hasScreen = environment.containsKey("DISPLAY") || environment.containsKey("WAYLAND_DISPLAY");
        return hasScreen ? List.of("xdg-open", address) : List.of();
    }
}
