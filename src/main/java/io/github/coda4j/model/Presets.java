package io.github.coda4j.model;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.files.ConfigFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The named shapes: each a config.json among the resources, {@code presets/NAME.json}. */
final class Presets {
    static final List<String> NAMES = List.of(
            "coda-1.7b",
            "coda-16m",
            "coda-mini",
            "coda-nano",
            "coda-tiny",
            "qwen3-0.6b",
            "qwen2.5-0.5b",
            "dream-7b",
            "sdar-1.7b",
            "fast-dllm-v2-1.5b",
            "llada-8b",
            "stable-diffcoder-8b");

    private Presets() {}

    static ModelConfig read(String name) {
        check(NAMES.contains(name), "unknown preset \"%s\"; known: %s", name, String.join(", ", NAMES));
        String resource = "presets/" + name + ".json";
        try (InputStream in = Presets.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the program was built without its resource " + resource);
            }
            String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return ModelConfig.read(ConfigFile.parse(json, "preset " + name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
