package io.github.coda4j.eval.verdict;

import io.github.coda4j.CodaException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles programs of one file in memory. Nothing of them runs: no annotation processor is looked for. */
final class JavaSources {
    private JavaSources() {}

    /**
     * What the compiler made of a program.
     *
     * @param classes by name
     * @param error the first one, if there are any
     */
    record Compiled(Map<String, byte[]> classes, Optional<String> error) {}

    /**
     * Compiles a program.
     *
     * @param mainClass the public class, which names its file
     * @param classPath as javac has it
     */
    static Compiled compile(String source, String mainClass, String classPath) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new CodaException("this Java has no compiler, which answers in Java need: start coda with a JDK");
        }
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        Map<String, ByteArrayOutputStream> made = new TreeMap<>();
        boolean done;
        try (StandardJavaFileManager standard = compiler.getStandardFileManager(problems, Locale.ROOT, null);
                JavaFileManager files = new Kept(standard, made)) {
            List<String> options = List.of("-proc:none", "-nowarn", "-cp", classPath);
            done = compiler.getTask(
                            Writer.nullWriter(), files, problems, options, null, List.of(new Source(mainClass, source)))
                    .call();
        } catch (RuntimeException | StackOverflowError | IOException e) {
            // The compiler gives up on some texts, for example on deep nesting.
            return new Compiled(
                    Map.of(),
                    Optional.of("the compiler gave up: " + e.getClass().getSimpleName()));
        }
        if (!done) {
            String first = problems.getDiagnostics().stream()
                    .filter(one -> one.getKind() == Diagnostic.Kind.ERROR)
                    .map(one -> "line " + one.getLineNumber() + ": " + one.getMessage(Locale.ROOT))
                    .findFirst()
                    .orElse("not compiled");
            return new Compiled(Map.of(), Optional.of(first));
        }
        Map<String, byte[]> classes = new TreeMap<>();
        made.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
        return new Compiled(classes, Optional.empty());
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("memory:///" + name + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /** Keeps what is compiled. */
    static final class Kept extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, ByteArrayOutputStream> made;

        Kept(JavaFileManager files, Map<String, ByteArrayOutputStream> made) {
            super(files);
            this.made = made;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            made.put(className, bytes);
            return new SimpleJavaFileObject(URI.create("memory:///" + className.replace('.', '/') + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return bytes;
                }
            };
        }
    }
}
