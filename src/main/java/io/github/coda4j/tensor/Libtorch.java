package io.github.coda4j.tensor;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads libtorch once per process: the one bundled with the dependency, or an installed one when the system property
 * {@code coda.libtorch} or the environment variable {@code CODA_LIBTORCH} names its folder (the root of a libtorch, of
 * a Python {@code torch} package, or the {@code lib} folder itself).
 */
public final class Libtorch {
    private static final Logger LOG = LoggerFactory.getLogger(Libtorch.class);

    private Libtorch() {}

    /** Loads the native libraries if they are not loaded yet. Cheap when they are. */
    public static void load() {
        Once.FAILURE.ifPresent(failure -> {
            throw new CodaException(failure.getMessage(), failure);
        });
    }

    /** Whether a CUDA device can be used. */
    public static boolean cudaAvailable() {
        load();
        return torch.cuda_is_available();
    }

    /**
     * Threads that one libtorch operation may use when called from the current thread; of its BLAS, from any thread.
     */
    public static void setThreads(int threads) {
        setOwnThreads(threads);
        setBlasThreads(threads);
    }

    /** The same without the BLAS. */
    public static void setOwnThreads(int threads) {
        load();
        // A thread's first operation takes over what was last set anywhere, unless it has asked before.
        torch.get_num_threads();
        torch.set_num_threads(threads);
        ThreadBound.Kept.threadsChanged(threads);
    }

    /** Threads that one libtorch operation uses when called from the current thread. */
    public static int threads() {
        load();
        return torch.get_num_threads();
    }

    /**
     * Threads that one 32-bit product may use. The BLAS has a pool of its own, and its threads spin: two workers that
     * each wake it for a tiny product are twenty times slower than without it.
     */
    public static void setBlasThreads(int threads) {
        load();
        BlasThreads.set(threads);
    }

    /** Gives memory that is not in use back to the system; worth its time after loading a model. */
    public static void trimMemory() {
        LargePages.trim();
        NativeHeap.trim();
    }

    private static final class Once {
        static final Optional<CodaException> FAILURE = initialize();

        private static Optional<CodaException> initialize() {
            try {
                loadNatives();
                return Optional.empty();
            } catch (CodaException e) {
                return Optional.of(e);
            }
        }

        private static void loadNatives() {
            ProcessSettings.apply();
            String installed = System.getProperty("coda.libtorch", System.getenv("CODA_LIBTORCH"));
            if (installed != null && !installed.isBlank()) {
                useInstalled(Path.of(installed));
            }
            try {
                Loader.load(torch.class);
            } catch (UnsatisfiedLinkError e) {
                throw new CodaException(
                        "libtorch could not be loaded: " + e.getMessage()
                                + (installed == null
                                        ? "; is this a supported platform (linux-x86_64, linux-arm64, "
                                                + "macosx-arm64, windows-x86_64)?"
                                        : "; CODA_LIBTORCH is " + installed),
                        e);
            }
        }
    }

    /**
     * JavaCPP looks for libraries along a path; this lays out one folder with the installed ones and our JNI layer in
     * it.
     */
    private static void useInstalled(Path given) {
        // Read once, when JavaCPP's loader is first touched.
        System.setProperty("org.bytedeco.javacpp.pathsFirst", "true");
        Path lib = Stream.of(given, given.resolve("lib"), given.resolve("torch/lib"))
                .filter(folder -> Files.exists(folder.resolve(System.mapLibraryName("torch_cpu"))))
                .findFirst()
                .orElseThrow(() -> CodaException.of(
                        "CODA_LIBTORCH: no %s in %s or its lib folder; give the folder of a libtorch 2.10 or newer",
                        System.mapLibraryName("torch_cpu"), given));
        try {
            Path folder = Files.createTempDirectory("coda-libtorch");
            List<Path> made = new ArrayList<>(List.of(folder));
            try (Stream<Path> files = Files.list(lib)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    made.add(Files.createSymbolicLink(folder.resolve(file.getFileName()), file.toAbsolutePath()));
                }
            }
            made.add(extractJni(folder));
            made.forEach(path -> path.toFile().deleteOnExit());
            // The libraries are loaded from where they are, so that they find what lies beside them ($ORIGIN in a
            // library's own path), such as those of CUDA; the links are for our JNI layer.
            String separator = System.getProperty("path.separator");
            System.setProperty(
                    "java.library.path",
                    lib.toAbsolutePath()
                            + separator
                            + folder
                            + separator
                            + System.getProperty("java.library.path", ""));
            LOG.info("using the libtorch in {}", lib);
        } catch (IOException e) {
            throw new CodaException("CODA_LIBTORCH: cannot lay out " + given + ": " + e.getMessage(), e);
        }
    }

    private static Path extractJni(Path folder) throws IOException {
        String name = System.mapLibraryName("jnitorch");
        String resource = "/org/bytedeco/pytorch/" + Loader.getPlatform() + "/" + name;
        try (InputStream in = torch.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw CodaException.of("CODA_LIBTORCH: the JNI library %s is not on the class path", resource);
            }
            Path target = folder.resolve(name);
            Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
            return target;
        }
    }
}
