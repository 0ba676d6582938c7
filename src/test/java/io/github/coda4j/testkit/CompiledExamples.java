package io.github.coda4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The sources of {@code docs/extending}, compiled as somebody who has nothing but our classes would, and put on the
 * class path of this thread until closed.
 */
public final class CompiledExamples implements AutoCloseable {
    private static final Path SOURCES = Path.of("docs/extending");

    private final ClassLoader before = Thread.currentThread().getContextClassLoader();
    private final URLClassLoader loader;

    private CompiledExamples(URLClassLoader loader) {
        this.loader = loader;
        Thread.currentThread().setContextClassLoader(loader);
    }

    /**
     * Compiles with all warnings as errors.
     *
     * @param folder an empty one for the classes
     */
    public static CompiledExamples on(Path folder) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of(
                    "-Xlint:all,-processing",
                    "-Werror",
                    "-d",
                    folder.toString(),
                    "-classpath",
                    System.getProperty("java.class.path"));
            List<Path> sources = files(SOURCES)
                    .filter(file -> file.toString().endsWith(".java"))
                    .toList();
            assertThat(sources).isNotEmpty();
            boolean compiled = compiler.getTask(
                            messages, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            assertThat(compiled).as(messages.toString()).isTrue();
        }
        Path services = SOURCES.resolve("META-INF/services");
        for (Path file : files(services).toList()) {
            Path target = folder.resolve(SOURCES.relativize(file).toString());
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        }
        return onlyWith(folder);
    }

    /** Puts a folder of classes and services on the class path. */
    public static CompiledExamples onlyWith(Path folder) throws IOException {
        URL[] path = {folder.toUri().toURL()};
        return new CompiledExamples(new URLClassLoader(path, CompiledExamples.class.getClassLoader()));
    }

    private static Stream<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList().stream();
        }
    }

    @Override
    public void close() {
        Thread.currentThread().setContextClassLoader(before);
        try {
            loader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
