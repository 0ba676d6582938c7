package io.github.coda4j.testkit;

import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.Checkpoint;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.StoredTensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/** A checkpoint without a folder: everything lies in memory. */
public final class MemoryCheckpoint implements Checkpoint {
    private final ConfigFile config;
    private final SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, byte[]> files = new LinkedHashMap<>();

    private record Tensor(String name, DType dtype, long[] shape, byte[] content) implements StoredTensor {}

    private MemoryCheckpoint(ConfigFile config) {
        this.config = config;
    }

    /** All that a folder holds, copied. */
    public static MemoryCheckpoint of(Path folder) throws IOException {
        try (CheckpointFolder opened = CheckpointFolder.open(folder);
                Stream<Path> children = Files.list(folder)) {
            MemoryCheckpoint copy =
                    new MemoryCheckpoint(ConfigFile.parse(opened.config().json(), "memory"));
            opened.tensors().values().forEach(entry -> {
                byte[] content = opened.data(entry).toArray(ValueLayout.JAVA_BYTE);
                copy.tensors.put(entry.name(), new Tensor(entry.name(), entry.dtype(), entry.shape(), content));
            });
            for (Path file : (Iterable<Path>) children::iterator) {
                if (!file.toString().endsWith(".safetensors")) {
                    copy.files.put(file.getFileName().toString(), Files.readAllBytes(file));
                }
            }
            return copy;
        }
    }

    /** The same without a tensor or a file of that name. */
    public MemoryCheckpoint without(String name) {
        MemoryCheckpoint rest = copy(config);
        rest.tensors.remove(name);
        rest.files.remove(name);
        return rest;
    }

    /** The same with another value of a key of its config; null takes the key away. */
    public MemoryCheckpoint with(String key, Object value) {
        return copy(value == null ? config.without(key) : config.with(key, value));
    }

    /** The same with another text of a small file. */
    public MemoryCheckpoint withFile(String name, String text) {
        MemoryCheckpoint copy = copy(config);
        copy.files.put(name, text.getBytes(StandardCharsets.UTF_8));
        return copy;
    }

    private MemoryCheckpoint copy(ConfigFile newConfig) {
        MemoryCheckpoint copy = new MemoryCheckpoint(newConfig);
        copy.tensors.putAll(tensors);
        copy.files.putAll(files);
        return copy;
    }

    @Override
    public ConfigFile config() {
        return config;
    }

    @Override
    public SequencedMap<String, Tensor> tensors() {
        return tensors;
    }

    @Override
    public void read(String name, long from, MemorySegment target) {
        MemorySegment content = MemorySegment.ofArray(tensors.get(name).content());
        target.copyFrom(content.asSlice(from, target.byteSize()));
    }

    @Override
    public String source() {
        return "memory";
    }

    @Override
    public String source(String name) {
        return name + " in memory";
    }

    @Override
    public Optional<byte[]> bytes(String name) {
        return Optional.ofNullable(files.get(name));
    }
}
