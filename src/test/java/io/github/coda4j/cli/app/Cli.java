package io.github.coda4j.cli.app;

import io.github.coda4j.cli.CheckpointModels;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.Models;
import io.github.coda4j.cli.OpenModel;
import io.github.coda4j.cli.Output;
import io.github.coda4j.cli.Terminals;
import io.github.coda4j.cli.World;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.Generator;
import io.github.coda4j.generate.ModelStore;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.ReferenceTransformer;
import io.github.coda4j.testkit.ScriptedGenerator;
import io.github.coda4j.text.ChatTemplate;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jline.terminal.Terminal;
import org.jline.terminal.spi.SystemStream;

/** Runs command lines against fakes, and keeps what they print. */
public final class Cli {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> properties = new HashMap<>(Map.of("os.name", "Linux", "user.home", "target"));
    private final Set<SystemStream> terminals = EnumSet.noneOf(SystemStream.class);
    private final List<LoadOptions> loaded = new ArrayList<>();
    private final Interrupt interrupt = new Interrupt();
    private InputStream in = new ByteArrayInputStream(new byte[0]);
    private Generator generator = ScriptedGenerator.always(ScriptedGenerator.Script.says("answer"));
    private Optional<Terminal> terminal = Optional.empty();
    private Models models = new FakeModels();
    private OutputStream standardOutput = out;
    private Optional<String> emulated = Optional.empty();
    private boolean closed;

    public Cli() {
        environment.put("CODA_CACHE", "target/no-such-cache");
        properties.put(ModelStore.HOME, "target/no-such-home");
    }

    public Cli with(Generator newGenerator) {
        generator = newGenerator;
        return this;
    }

    /** The processor lacks something for the models that are opened. */
    public Cli emulating(String what) {
        emulated = Optional.of(what);
        return this;
    }

    /** Models are opened from their folders, and the small one lies in this project. */
    public Cli real() {
        models = new CheckpointModels();
        return property(ModelStore.HOME, ".");
    }

    public Cli env(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** A property of the Java runtime. */
    public Cli property(String name, String value) {
        properties.put(name, value);
        return this;
    }

    /** Standard output goes there and is not kept. */
    public Cli writingTo(OutputStream other) {
        standardOutput = other;
        return this;
    }

    public Cli stdin(String text) {
        in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** A person sits at these streams; the terminal is the one given, if any is opened. */
    public Cli terminal(Terminal opened, SystemStream... streams) {
        terminal = Optional.of(opened);
        terminals.addAll(List.of(streams));
        return this;
    }

    /** Returns the exit code. */
    public int run(String... arguments) {
        World world = world();
        try {
            return new Coda(world, interrupt).run(arguments);
        } finally {
            world.out().checkError();
            world.err().flush();
        }
    }

    public String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    public String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    public Interrupt interrupt() {
        return interrupt;
    }

    /** How models were asked to be loaded. */
    public List<LoadOptions> loaded() {
        return loaded;
    }

    /** Whether the last opened model was closed. */
    public boolean closed() {
        return closed;
    }

    public World world() {
        return new World(
                in,
                new Output(standardOutput),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.copyOf(environment),
                Map.copyOf(properties),
                new Terminals() {
                    @Override
                    public boolean isTerminal(SystemStream stream) {
                        return terminals.contains(stream);
                    }

                    @Override
                    public int width(SystemStream stream) {
                        return isTerminal(stream) ? 80 : 0;
                    }

                    @Override
                    public Terminal open(boolean handlesInterrupts) {
                        return terminal.orElseThrow();
                    }
                },
                models);
    }

    OpenModel model() {
        return new OpenModel(
                generator,
                new ByteTokenizer(),
                ByteTokenizer.MASK,
                Set.of(ByteTokenizer.END),
                ChatTemplate::coda,
                emulated,
                () -> closed = true);
    }

    private final class FakeModels implements Models {
        @Override
        public OpenModel open(Path folder, LoadOptions options, EngineOptions engine) {
            loaded.add(options);
            closed = false;
            return model();
        }

        @Override
        public Denoiser network(Path folder, LoadOptions options) {
            loaded.add(options);
            return ReferenceTransformer.golden(folder.getFileName().toString());
        }
    }
}
