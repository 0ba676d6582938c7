package io.github.coda4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code CODA_LIBTORCH}, each time in a process of its own: libtorch is loaded once per process. */
@Tag("process")
class InstalledLibtorchTest {
    @TempDir
    Path root;

    @Test
    void an_installed_libtorch_is_used_instead_of_the_bundled_one_and_each_start_leaves_the_same_files()
            throws IOException, InterruptedException {
        Path lib = Files.createDirectories(root.resolve("lib"));
        Path bundled = Path.of(Loader.load(torch.class)).getParent();
        try (Stream<Path> files = Files.list(bundled)) {
            for (Path file : files.filter(f -> !f.getFileName().toString().contains("jni"))
                    .toList()) {
                Files.copy(file, lib.resolve(file.getFileName()));
            }
        }
        assertThat(probe(root)).contains(lib.resolve("libtorch_cpu.so").toString());
        Map<String, FileTime> first = libraries();
        assertThat(first).isNotEmpty();
        assertThat(probe(root)).contains(lib.resolve("libtorch_cpu.so").toString());
        assertThat(libraries()).isEqualTo(first);
        assertThat(root.resolve("temporary")).isEmptyDirectory();
    }

    /** What lies in JavaCPP's cache, and since when. */
    private Map<String, FileTime> libraries() throws IOException {
        Map<String, FileTime> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root.resolve("cache"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".so")).toList()) {
                found.put(root.relativize(file).toString(), Files.getLastModifiedTime(file));
            }
        }
        return found;
    }

    @Test
    void a_folder_without_libtorch_is_refused_in_one_sentence() throws IOException, InterruptedException {
        assertThat(probe(root)).contains("CODA_LIBTORCH: no libtorch_cpu.so in " + root);
    }

    private String probe(Path libtorch) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dcoda.libtorch=" + libtorch,
                        "-Djava.io.tmpdir=" + Files.createDirectories(root.resolve("temporary")),
                        "-Dorg.bytedeco.javacpp.cachedir=" + Files.createDirectories(root.resolve("cache")),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Probe.class.getName()))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        process.waitFor();
        return output;
    }

    /** Loads libtorch, makes a tensor and prints the native libraries of its process. */
    static final class Probe {
        private Probe() {}

        public static void main(String[] arguments) throws IOException {
            try (Scope _ = Scope.open()) {
                Tensor.of(new float[] {1}, 1).add(Tensor.of(new float[] {2}, 1));
            }
            System.out.println(Files.readString(Path.of("/proc/self/maps")));
        }
    }
}
