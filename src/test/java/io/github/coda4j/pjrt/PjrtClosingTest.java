package io.github.coda4j.pjrt;

import io.github.coda4j.pjrt.oracle.JavaPlugin;
import io.github.coda4j.testkit.ClosingContract;
import io.github.coda4j.testkit.ScriptedBackend;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

class PjrtClosingTest extends ClosingContract {
    private final List<AutoCloseable> alsoOpen = new ArrayList<>();

    @AfterEach
    void closeOthers() throws Exception {
        for (AutoCloseable other : alsoOpen.reversed()) {
            other.close();
        }
    }

    @Override
    public List<Case> cases() {
        return List.of(
                new Case("PjrtThreads", _ -> new PjrtThreads()),
                new Case("PjrtClient", _ -> client()),
                new Case("PjrtBuffer", _ -> buffer(kept(client()))),
                new Case(
                        "PjrtExecutable",
                        _ -> kept(client()).compile("func.func @main() -> tensor<f32> {", CompileOptions.ONE_DEVICE)));
    }

    private PjrtClient client() {
        JavaPlugin plugin = new JavaPlugin(new ScriptedBackend(1, all -> all));
        alsoOpen.add(plugin);
        return PjrtPlugin.of(plugin.api(), "plugin").client(Map.of(), Duration.ofMinutes(2));
    }

    private PjrtClient kept(PjrtClient client) {
        alsoOpen.add(client);
        return client;
    }

    private static PjrtBuffer buffer(PjrtClient client) {
        try (Arena arena = Arena.ofConfined()) {
            return client.buffer(
                    arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1f),
                    BufferType.F32,
                    new long[0],
                    client.devices().getFirst());
        }
    }
}
