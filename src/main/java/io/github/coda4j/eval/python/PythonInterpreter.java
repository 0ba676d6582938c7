package io.github.coda4j.eval.python;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.Json;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Python that runs programs. Verdicts depend on its version.
 *
 * @param executable the program itself, no wrapper around it
 * @param version for example 3.11.7
 * @param path where it looks for modules
 * @param folders what it reads
 */
public record PythonInterpreter(Path executable, String version, List<String> path, List<Path> folders) {
    private static final List<String> NAMES = List.of("python3", "python");
    private static final int OLDEST_MINOR = 9;
    private static final int SECONDS = 60;
    private static final List<String> SHARED_PREFIXES = List.of("/", "/usr", "/usr/local");
    private static final String ASKS = """
            import json, sys
            print(json.dumps({"executable": sys.executable, "version": list(sys.version_info[:3]), "path": sys.path,
                              "prefixes": [sys.prefix, sys.base_prefix, sys.exec_prefix]}))
            """;

    public PythonInterpreter {
        path = List.copyOf(path);
        folders = List.copyOf(folders);
    }

    /**
     * Finds one.
     *
     * @param named a program, if one was named; otherwise CODA_PYTHON, python3 and python are tried
     * @param environment the process's variables
     * @throws CodaException when there is none, or it is too old
     */
    public static PythonInterpreter find(Optional<String> named, Map<String, String> environment) {
        Optional<String> asked = named.or(
                () -> Optional.ofNullable(environment.get("CODA_PYTHON")).filter(text -> !text.isBlank()));
        List<String> programs = asked.map(List::of)
                .orElseGet(() -> NAMES.stream()
                        .flatMap(name -> onPath(name, environment.getOrDefault("PATH", "")))
                        .toList());
        List<String> problems = new ArrayList<>();
        for (String program : programs) {
            try {
                return ask(program);
            } catch (IOException e) {
                problems.add(program + ": " + e.getMessage());
            }
        }
        String tried = problems.isEmpty() ? "" : " (" + String.join("; ", problems) + ")";
        throw CodaException.of(
                "no Python%s: answers in Python are judged by Python 3.%d or newer; install it, for example with `apt"
                        + " install python3` or from python.org, or name it with --python",
                tried, OLDEST_MINOR);
    }

    private static Stream<String> onPath(String name, String path) {
        return Stream.of(path.split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .map(Path::toString);
    }

    private static PythonInterpreter ask(String program) throws IOException {
        Process process = new ProcessBuilder(program, "-c", ASKS)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().close();
        String answer;
        try (InputStream out = process.getInputStream()) {
            answer = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("it does not answer");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CodaException("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0 || answer.isBlank()) {
            throw new IOException("it is no Python 3");
        }
        return of(Json.parseObject(answer, program));
    }

    private static PythonInterpreter of(JsonNode answer) throws IOException {
        JsonNode version = answer.get("version");
        if (version.get(0).asInt() != 3 || version.get(1).asInt() < OLDEST_MINOR) {
            throw CodaException.of(
                    "Python %s.%s is too old: answers are judged by Python 3.%d or newer; name another with --python",
                    version.get(0).asText(), version.get(1).asText(), OLDEST_MINOR);
        }
        List<String> path = new ArrayList<>();
        List<Path> folders = new ArrayList<>();
        for (JsonNode entry : answer.get("path")) {
            if (Path.of(entry.asText()).isAbsolute()) {
                path.add(entry.asText());
                folders.add(Path.of(entry.asText()));
            }
        }
        for (JsonNode prefix : answer.get("prefixes")) {
            if (!SHARED_PREFIXES.contains(prefix.asText())) {
                folders.add(Path.of(prefix.asText()));
            }
        }
        String numbers = version.get(0).asText() + "." + version.get(1).asText() + "."
                + version.get(2).asText();
        return new PythonInterpreter(Path.of(answer.get("executable").asText()), numbers, path, folders);
    }

    /** The files that are started: the program, and what it is a link to. */
    List<Path> programs() {
        try {
            return List.of(executable, executable.toRealPath());
        } catch (IOException e) {
            return List.of(executable);
        }
    }
}
