package io.github.coda4j.pjrt;

import io.github.coda4j.CodaException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A PJRT plugin: a library that drives one kind of device. Once loaded it stays so until the process ends. */
public final class PjrtPlugin {
    private static final String SYMBOL = "GetPjrtApi";
    private static final Logger LOG = LoggerFactory.getLogger(PjrtPlugin.class);

    private final PjrtApi api;
    private final SignalHandlers before;

    private PjrtPlugin(PjrtApi api, SignalHandlers before) {
        this.api = api;
        this.before = before;
    }

    /**
     * Loads a plugin and lets it begin.
     *
     * @throws CodaException when there is none, it cannot be loaded, or its version is not one that is spoken here
     */
    @SuppressWarnings("restricted") // loads a library
    public static PjrtPlugin load(Path library) {
        if (!Files.isRegularFile(library)) {
            throw CodaException.of(
                    "there is no PJRT plugin at %s; name the library file of one, such as libtpu.so", library);
        }
        SignalHandlers before = SignalHandlers.now();
        SymbolLookup symbols;
        try {
            symbols = SymbolLookup.libraryLookup(library.toAbsolutePath(), Arena.global());
        } catch (IllegalArgumentException e) {
            throw new CodaException(
                    "the PJRT plugin " + library + " cannot be loaded: it is no library for this machine, or lacks"
                            + " libraries of its own (ldd lists them)",
                    e);
        }
        MemorySegment symbol = symbols.find(SYMBOL)
                .orElseThrow(() -> CodaException.of("%s is no PJRT plugin: it has no function %s", library, SYMBOL));
        MemorySegment api;
        try {
            api = (MemorySegment) Linker.nativeLinker()
                    .downcallHandle(symbol, FunctionDescriptor.of(ValueLayout.ADDRESS))
                    .invokeExact();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(SYMBOL + " cannot be called", e);
        }
        return begun(new PjrtPlugin(new PjrtApi(api, library.getFileName().toString()), before));
    }

    /**
     * A plugin that is in memory already.
     *
     * @param api its {@code PJRT_Api}, which must stay as long as what is made with it
     * @param name for messages
     * @throws CodaException when its version is not one that is spoken here
     */
    public static PjrtPlugin of(MemorySegment api, String name) {
        return begun(new PjrtPlugin(new PjrtApi(api, name), SignalHandlers.now()));
    }

    private static PjrtPlugin begun(PjrtPlugin plugin) {
        try (Arena arena = Arena.ofConfined()) {
            plugin.api.call(
                    PjrtFunction.PLUGIN_INITIALIZE,
                    PjrtArguments.of(PjrtStruct.PLUGIN_INITIALIZE, arena),
                    "starting " + plugin.name());
        }
        plugin.warnOfSignals();
        return plugin;
    }

    /** Its name, for messages. */
    public String name() {
        return api.plugin();
    }

    /** The version of the PJRT C API that it speaks, for example {@code 0.104}. */
    public String version() {
        return api.version();
    }

    /** What it says about itself, such as {@code stablehlo_current_version}. */
    public Map<String, PjrtValue> attributes() {
        try (Arena arena = Arena.ofConfined()) {
            PjrtArguments arguments = PjrtArguments.of(PjrtStruct.PLUGIN_ATTRIBUTES, arena);
            api.call(PjrtFunction.PLUGIN_ATTRIBUTES, arguments, "asking " + name() + " for its attributes");
            return PjrtValue.read(arguments.pointer("attributes"), arguments.number("num_attributes"));
        }
    }

    /**
     * Takes the devices into use.
     *
     * @param options what the plugin wants to know
     * @param patience how long a device may take over something before it is taken for lost
     * @throws PjrtException when the plugin has no devices for us
     */
    public PjrtClient client(Map<String, PjrtValue> options, Duration patience) {
        PjrtClient client = PjrtClient.create(api, options, patience);
        warnOfSignals();
        return client;
    }

    private void warnOfSignals() {
        List<String> changed = SignalHandlers.now().changedSince(before);
        if (!changed.isEmpty()) {
            LOG.warn(
                    "{} has taken over {}, which the JVM needs; if it crashes, start it with"
                            + " LD_PRELOAD=$JAVA_HOME/lib/libjsig.so",
                    name(),
                    String.join(", ", changed));
        }
    }
}
