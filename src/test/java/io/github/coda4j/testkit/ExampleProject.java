package io.github.coda4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Somebody else's classes: a folder of Java sources and {@code META-INF/services}, compiled against this project and
 * put on the class path of the thread that uses them.
 */
public final class ExampleProject implements AutoCloseable {
    /** The examples of docs/extending. */
    public static final Path EXTENDING = Path.of("docs/extending");

    private final URLClassLoader loader;

    private ExampleProject(URLClassLoader loader) {
        this.loader = loader;
    }

    /**
     * Compiles every source below the folder; a warning is an error.
     *
     * @param classes an empty folder for what comes out
     */
    public static ExampleProject compile(Path sources, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter problems = new StringWriter();
        List<Path> java = files(sources, ".java");
        assertThat(java).as("sources in %s", sources).isNotEmpty();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of(
                    "-d",
                    classes.toString(),
                    "-classpath",
                    System.getProperty("java.class.path"),
                    "-Xlint:all,-path,-classfile",
                    "-Werror");
            boolean compiled = compiler.getTask(
                            problems, manager, null, options, null, manager.getJavaFileObjectsFromPaths(java))
                    .call();
            assertThat(compiled).as(problems.toString()).isTrue();
        }
        Path services = sources.resolve("META-INF/services");
        for (Path service : files(services, "")) {
            Path copy = classes.resolve(sources.relativize(service).toString());
            Files.createDirectories(copy.getParent());
            Files.copy(service, copy);
        }
        return of(classes);
    }

    /** Classes that are compiled already, or services without any. */
    public static ExampleProject of(Path classes) throws IOException {
        URL[] path = {classes.toUri().toURL()};
        return new ExampleProject(new URLClassLoader(path, ExampleProject.class.getClassLoader()));
    }

    /** Does the work with these classes on the thread's class path. */
    public <T> T call(Callable<T> work) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return work.call();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }

    private static List<Path> files(Path folder, String ending) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }
}
