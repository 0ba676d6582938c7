package io.github.coda4j.pjrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.pjrt.oracle.JavaPlugin;
import io.github.coda4j.testkit.ScriptedBackend;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which plugins are taken, and what is said of those that are not. */
@Timeout(300)
class PjrtPluginTest {
    @TempDir
    private Path folder;

    /** Loads a plugin whose table was changed. */
    private static void load(Consumer<MemorySegment> change) {
        try (JavaPlugin plugin = new JavaPlugin(new ScriptedBackend(1, all -> all))) {
            change.accept(plugin.api());
            PjrtPlugin.of(plugin.api(), "some.so");
        }
    }

    @Test
    void a_plugin_says_which_version_it_speaks() {
        try (JavaPlugin plugin = new JavaPlugin(new ScriptedBackend(1, all -> all))) {
            PjrtPlugin loaded = PjrtPlugin.of(plugin.api(), "some.so");
            assertThat(loaded.version()).isEqualTo("0.104");
            assertThat(loaded.name()).isEqualTo("some.so");
            assertThat(loaded.attributes()).isEmpty();
        }
    }

    @Test
    void another_major_version_is_refused() {
        assertThatThrownBy(() -> load(api -> api.set(ValueLayout.JAVA_INT, 32, 1)))
                .isInstanceOf(CodaException.class)
                .hasMessage("some.so speaks version 1.104 of the PJRT C API, but 0.x is spoken here; take a plugin of"
                        + " that version");
    }

    @Test
    void a_plugin_whose_table_ends_before_a_function_that_is_needed_is_too_old() {
        assertThatThrownBy(() -> load(api -> {
                    api.set(ValueLayout.JAVA_LONG, 0, PjrtFunction.LOADED_EXECUTABLE_EXECUTE.offset());
                    api.set(ValueLayout.JAVA_INT, 36, 7);
                }))
                .isInstanceOf(CodaException.class)
                .hasMessage("some.so speaks version 0.7 of the PJRT C API and lacks loaded_executable_execute,"
                        + " buffer_destroy, buffer_to_host_buffer, which are called here; take a newer plugin");
    }

    @Test
    void a_plugin_without_a_function_that_is_needed_is_refused() {
        assertThatThrownBy(() -> load(
                        api -> api.set(ValueLayout.ADDRESS, PjrtFunction.EVENT_AWAIT.offset(), MemorySegment.NULL)))
                .hasMessageContaining("lacks event_await, which");
    }

    @Test
    void what_is_no_table_is_refused() {
        assertThatThrownBy(() -> load(api -> api.set(ValueLayout.JAVA_LONG, 0, 16)))
                .hasMessage("some.so gives a table of 16 bytes, at least 40 are needed: it is no PJRT plugin");
        assertThatThrownBy(() -> PjrtPlugin.of(MemorySegment.NULL, "some.so"))
                .hasMessage("some.so gives no table of functions: GetPjrtApi is null");
    }

    @Test
    void a_file_that_is_not_there_is_named() {
        assertThatThrownBy(() -> PjrtPlugin.load(folder.resolve("libtpu.so")))
                .isInstanceOf(CodaException.class)
                .hasMessage("there is no PJRT plugin at " + folder.resolve("libtpu.so")
                        + "; name the library file of one, such as libtpu.so");
    }

    @Test
    void a_file_that_is_no_library_is_named() throws IOException {
        Path file = Files.writeString(folder.resolve("plugin.so"), "text");
        assertThatThrownBy(() -> PjrtPlugin.load(file))
                .isInstanceOf(CodaException.class)
                .hasMessageStartingWith("the PJRT plugin " + file + " cannot be loaded");
    }

    @Test
    void a_library_that_is_no_plugin_is_named() {
        Path library = Path.of(System.getProperty("java.home"), "lib", System.mapLibraryName("zip"));
        assertThatThrownBy(() -> PjrtPlugin.load(library))
                .isInstanceOf(CodaException.class)
                .hasMessage(library + " is no PJRT plugin: it has no function GetPjrtApi");
    }

    @Test
    void values_with_names_are_read_as_they_were_written() {
        Map<String, PjrtValue> values = new LinkedHashMap<>();
        values.put("ml_framework_name", new PjrtValue.Text("coda4j \u00e4"));
        values.put("empty", new PjrtValue.Text(""));
        values.put("max_inflight_computations", new PjrtValue.Whole(-32));
        values.put("stablehlo_current_version", new PjrtValue.Wholes(List.of(1L, 7L, 0L)));
        values.put("none", new PjrtValue.Wholes(List.of()));
        values.put("share", new PjrtValue.Real(-0.75f));
        values.put("yes", new PjrtValue.Flag(true));
        values.put("no", new PjrtValue.Flag(false));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment array = PjrtValue.write(values, arena);
            assertThat(PjrtValue.read(array, values.size())).isEqualTo(values);
            array.set(ValueLayout.JAVA_INT, PjrtStruct.NAMED_VALUE.offset("type"), 9);
            assertThat(PjrtValue.read(array, values.size())).hasSize(values.size() - 1);
        }
    }

    @Test
    void a_signal_that_somebody_else_handles_is_seen() {
        SignalHandlers now = SignalHandlers.now();
        assertThat(now.changedSince(SignalHandlers.now())).isEmpty();
        SignalHandlers before = new SignalHandlers(Map.of("SIGSEGV", 1L, "SIGFPE", 2L, "SIGBUS", 3L, "SIGILL", 4L));
        SignalHandlers after = new SignalHandlers(Map.of("SIGSEGV", 5L, "SIGFPE", 2L, "SIGBUS", 6L, "SIGILL", 4L));
        assertThat(after.changedSince(before)).containsExactly("SIGBUS", "SIGSEGV");
        if (System.getProperty("os.name").equals("Linux")) {
            assertThat(now.addresses()).hasSize(4);
            assertThat(now.addresses().get("SIGSEGV")).isNotZero();
        }
    }
}
