package io.github.coda4j.train.device;

import io.github.coda4j.CodaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Where libtpu lies. */
final class TpuLibrary {
    private static final String VARIABLE = "TPU_LIBRARY_PATH";
    private static final String FILE = "libtpu.so";
    private static final List<String> FOLDERS = List.of("/lib", "/usr/lib", "/usr/local/lib");

    private TpuLibrary() {}

    /**
     * What TPU_LIBRARY_PATH names, else libtpu.so in the folders of LD_LIBRARY_PATH and the system's.
     *
     * @throws CodaException when it is nowhere
     */
    static Path find(Map<String, String> environment) {
        String named = environment.getOrDefault(VARIABLE, "").strip();
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        Optional<Path> found = Stream.concat(
                        Arrays.stream(
                                environment.getOrDefault("LD_LIBRARY_PATH", "").split(":")),
                        FOLDERS.stream())
                .filter(folder -> !folder.isBlank())
                .map(folder -> Path.of(folder, FILE))
                .filter(Files::isRegularFile)
                .findFirst();
        return found.orElseThrow(() -> CodaException.of(
                "%s is in none of the folders of LD_LIBRARY_PATH and %s; name it: %s=/path/%s (docs/tpu.md)",
                FILE, String.join(", ", FOLDERS), VARIABLE, FILE));
    }
}
