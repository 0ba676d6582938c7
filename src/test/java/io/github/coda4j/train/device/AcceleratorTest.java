package io.github.coda4j.train.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which plugin is opened, and what is said where there is none. */
class AcceleratorTest {
    @TempDir
    private Path folder;

    @Test
    void names_are_read_as_they_are_written() {
        for (String name : new String[] {"tpu", "pjrt:oracle", "pjrt:/opt/plugin.so"}) {
            assertThat(PluginName.of(name).orElseThrow()).hasToString(name);
        }
        assertThat(PluginName.of("pjrt:tpu")).hasValue(new PluginName.Tpu());
        assertThat(PluginName.of("cpu")).isEmpty();
        assertThat(PluginName.of("oracle")).isEmpty();
    }

    @Test
    void a_machine_that_is_none_of_googles_is_refused_before_libtpu_waits_for_ever() {
        assertThatThrownBy(() -> Accelerator.checkTpu(Map.of(), "Standard PC"))
                .isInstanceOf(CodaException.class)
                .hasMessageStartingWith("this machine (Standard PC) is none of Google's cloud")
                .hasMessageContaining("set TPU_SKIP_MDS_QUERY=1 as well");
        assertThatThrownBy(() -> Accelerator.checkTpu(Map.of(), "")).hasMessageContaining("(of unknown make)");
        assertThatCode(() -> Accelerator.checkTpu(Map.of(), "Google Compute Engine"))
                .doesNotThrowAnyException();
        assertThatCode(() -> Accelerator.checkTpu(Map.of("TPU_SKIP_MDS_QUERY", "1"), ""))
                .doesNotThrowAnyException();
    }

    @Test
    void libtpu_is_where_the_variable_says_or_on_the_path_of_libraries() throws IOException {
        assertThat(TpuLibrary.find(Map.of("TPU_LIBRARY_PATH", "/opt/libtpu.so")))
                .isEqualTo(Path.of("/opt/libtpu.so"));
        Path library = Files.writeString(folder.resolve("libtpu.so"), "");
        assertThat(TpuLibrary.find(Map.of("LD_LIBRARY_PATH", "/none:" + folder)))
                .isEqualTo(library);
        assertThatThrownBy(() -> TpuLibrary.find(Map.of("LD_LIBRARY_PATH", "/none")))
                .isInstanceOf(CodaException.class)
                .hasMessage("libtpu.so is in none of the folders of LD_LIBRARY_PATH and /lib, /usr/lib,"
                        + " /usr/local/lib; name it: TPU_LIBRARY_PATH=/path/libtpu.so (docs/tpu.md)");
    }

    @Test
    void an_oracle_that_was_not_fetched_and_a_plugin_that_is_not_there_are_named() {
        assertThatThrownBy(() -> Accelerator.open(new PluginName.Oracle(), Map.of(), folder))
                .hasMessageContaining("scripts/fetch-oracle fetches it");
        assertThatThrownBy(() -> Accelerator.open(new PluginName.Library(folder.resolve("x.so")), Map.of(), folder))
                .hasMessageStartingWith("there is no PJRT plugin at " + folder.resolve("x.so"));
    }
}
