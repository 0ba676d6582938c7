package io.github.coda4j.train.device;

import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.TextFiles;
import io.github.coda4j.pjrt.PjrtClient;
import io.github.coda4j.pjrt.PjrtPlugin;
import io.github.coda4j.pjrt.PjrtValue;
import io.github.coda4j.pjrt.oracle.JavaPlugin;
import io.github.coda4j.pjrt.oracle.XlaBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The devices of a plugin, opened by its name. */
public final class Accelerator implements AutoCloseable {
    /** Folder of the oracle in the cache, which scripts/fetch-oracle fills. */
    private static final String ORACLE = "oracle";

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final long IN_FLIGHT = 32;
    /** What a machine of Google's cloud calls itself; elsewhere libtpu asks a server that is not there, for ever. */
    private static final Path PRODUCT = Path.of("/sys/devices/virtual/dmi/id/product_name");

    private static final String GOOGLE = "Google Compute Engine";

    private final PluginName name;
    private final Optional<JavaPlugin> own;
    private final PjrtClient client;
    private final Closing closing = new Closing();

    private Accelerator(PluginName name, Optional<JavaPlugin> own, PjrtPlugin plugin, Map<String, PjrtValue> options) {
        this.name = name;
        this.own = own;
        this.client = plugin.client(options, PATIENCE);
    }

    /**
     * Loads the plugin and takes its devices into use.
     *
     * @param environment variables of the process
     * @param cache folder for what can be fetched again
     * @throws CodaException when the plugin is not there, cannot be used, or has no devices here
     */
    public static Accelerator open(PluginName name, Map<String, String> environment, Path cache) {
        return switch (name) {
            case PluginName.Oracle _ -> {
                JavaPlugin plugin = new JavaPlugin(new XlaBackend(cache.resolve(ORACLE)));
                yield new Accelerator(name, Optional.of(plugin), PjrtPlugin.of(plugin.api(), "the oracle"), Map.of());
            }
            case PluginName.Library(Path path) ->
                new Accelerator(name, Optional.empty(), PjrtPlugin.load(path), Map.of());
            case PluginName.Tpu _ -> {
                checkTpu(environment, product());
                yield new Accelerator(
                        name, Optional.empty(), PjrtPlugin.load(TpuLibrary.find(environment)), tpuOptions());
            }
        };
    }

    /** In front of a plugin that the caller has and closes afterwards. */
    public static Accelerator of(PluginName name, PjrtPlugin plugin) {
        return new Accelerator(name, Optional.empty(), plugin, Map.of());
    }

    /**
     * Refuses a machine on which libtpu would not come back.
     *
     * @param product what the machine calls itself
     */
    static void checkTpu(Map<String, String> environment, String product) {
        boolean told = !environment.getOrDefault("TPU_SKIP_MDS_QUERY", "").isBlank();
        if (!told && !product.equals(GOOGLE)) {
            throw CodaException.of(
                    "this machine (%s) is none of Google's cloud, where libtpu asks which chips it has and would wait"
                            + " for ever; where the variables TPU_ACCELERATOR_TYPE, TPU_PROCESS_BOUNDS and"
                            + " TPU_CHIPS_PER_PROCESS_BOUNDS say it, set TPU_SKIP_MDS_QUERY=1 as well (docs/tpu.md)",
                    product.isEmpty() ? "of unknown make" : product);
        }
    }

    private static String product() {
        return Files.isReadable(PRODUCT) ? TextFiles.read(PRODUCT).strip() : "";
    }

    /** What torch_xla tells libtpu too; the version is the platform's. */
    private static Map<String, PjrtValue> tpuOptions() {
        Map<String, PjrtValue> options = new LinkedHashMap<>();
        options.put("max_inflight_computations", new PjrtValue.Whole(IN_FLIGHT));
        options.put("ml_framework_name", new PjrtValue.Text("coda4j, Java"));
        options.put("ml_framework_version", new PjrtValue.Text(Runtime.version().toString()));
        return options;
    }

    /** As it was asked for. */
    public PluginName name() {
        return name;
    }

    /** The devices; closed with this. */
    public PjrtClient client() {
        return client;
    }

    @Override
    public void close() {
        closing.once(() -> {
            try {
                client.close();
            } finally {
                own.ifPresent(JavaPlugin::close);
            }
        });
    }
}
