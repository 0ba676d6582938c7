package io.github.coda4j.weights;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.files.NamedFiles;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * A model folder as on the Hugging Face hub, opened for reading: {@code config.json}, the weights in
 * {@code model.safetensors} or in shards named by {@code model.safetensors.index.json}, and optionally
 * {@code generation_config.json}. Everything that can be wrong with files, index and headers is found on opening;
 * whether the tensors are those of a model is asked with {@link #verify}. Stored rotary frequencies
 * ({@code rotary_emb.inv_freq}) are passed over: they follow from the config. Usable from several threads.
 */
public final class CheckpointFolder implements Checkpoint, AutoCloseable {
    public static final String CONFIG = "config.json";
    public static final String GENERATION_CONFIG = "generation_config.json";
    static final String WEIGHTS = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    private final Path path;
    private final NamedFiles beside;
    private final ConfigFile config;
    private final Optional<ConfigFile> generationConfig;
    private final Map<Path, SafetensorsFile> files;
    private final SequencedMap<String, TensorEntry> tensors;

    private CheckpointFolder(
            Path path,
            ConfigFile config,
            Optional<ConfigFile> generationConfig,
            Map<Path, SafetensorsFile> files,
            SequencedMap<String, TensorEntry> tensors) {
        this.path = path;
        this.beside = NamedFiles.of(path);
        this.config = config;
        this.generationConfig = generationConfig;
        this.files = files;
        this.tensors = tensors;
    }

    /**
     * Opens a folder.
     *
     * @throws CodaException saying what to do when the folder, its config or its weights are missing, when a shard is
     *     missing, when index and shards disagree, or when a file is broken
     */
    public static CheckpointFolder open(Path folder) {
        checkPresent(folder);
        ConfigFile config = ConfigFile.read(folder.resolve(CONFIG));
        Path generation = folder.resolve(GENERATION_CONFIG);
        Optional<ConfigFile> generationConfig =
                Files.exists(generation) ? Optional.of(ConfigFile.read(generation)) : Optional.empty();
        Map<Path, SafetensorsFile> files = new HashMap<>();
        try {
            SequencedMap<String, TensorEntry> tensors = Files.exists(folder.resolve(INDEX))
                    ? ShardIndex.read(folder.resolve(INDEX)).openShards(files)
                    : openSingle(folder.resolve(WEIGHTS), files);
            tensors.keySet().removeIf(CheckpointFolder::isComputed);
            return new CheckpointFolder(
                    folder, config, generationConfig, files, Collections.unmodifiableSequencedMap(tensors));
        } catch (RuntimeException e) {
            files.values().forEach(SafetensorsFile::close);
            throw e;
        }
    }

    private static SequencedMap<String, TensorEntry> openSingle(Path file, Map<Path, SafetensorsFile> files) {
        SafetensorsFile opened = SafetensorsFile.open(file);
        files.put(file, opened);
        return new LinkedHashMap<>(opened.entries());
    }

    /** Rotary frequencies that older tools store: they follow from the config and are computed. */
    private static boolean isComputed(String tensor) {
        return tensor.endsWith("rotary_emb.inv_freq");
    }

    private static void checkPresent(Path folder) {
        if (!Files.exists(folder)) {
            throw CodaException.of(
                    "there is no model folder %s; fetch one with `coda pull ID` or make one with `coda init`", folder);
        }
        if (!Files.isDirectory(folder)) {
            throw CodaException.of("%s is a file, expected a model folder with config.json and weights", folder);
        }
        List<String> names = names(folder);
        if (names.isEmpty()) {
            throw CodaException.of(
                    "the model folder %s is empty; fetch a model with `coda pull ID` or make one with `coda init`",
                    folder);
        }
        if (!names.contains(CONFIG)) {
            throw CodaException.of(
                    "%s has no config.json; a model folder holds config.json and model.safetensors (`coda "
                            + "pull ID` fetches one)",
                    folder);
        }
        boolean single = names.contains(WEIGHTS);
        boolean sharded = names.contains(INDEX);
        if (single && sharded) {
            throw CodaException.of(
                    "%s holds both %s and %s; remove the one that does not belong to this model",
                    folder, WEIGHTS, INDEX);
        }
        if (!single && !sharded) {
            throw noWeights(folder, names);
        }
    }

    private static CodaException noWeights(Path folder, List<String> names) {
        if (names.stream().anyMatch(name -> name.endsWith(".safetensors"))) {
            return CodaException.of(
                    "%s has weight files but neither %s nor the index of its shards, %s; fetch that file too",
                    folder, WEIGHTS, INDEX);
        }
        String hint = names.stream().anyMatch(name -> name.endsWith(".bin") || name.endsWith(".pt"))
                ? "pickled weights are not read: save them as safetensors"
                : "fetch them with `coda pull ID` or make random ones with `coda init`";
        return CodaException.of("%s has no weights (neither %s nor %s); %s", folder, WEIGHTS, INDEX, hint);
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(child -> child.getFileName().toString()).toList();
        } catch (IOException e) {
            throw FileProblems.cannot("list", folder, e);
        }
    }

    public Path path() {
        return path;
    }

    @Override
    public ConfigFile config() {
        return config;
    }

    public Optional<ConfigFile> generationConfig() {
        return generationConfig;
    }

    /** All tensors by name, shard after shard in the order of their bytes; unmodifiable. */
    @Override
    public SequencedMap<String, TensorEntry> tensors() {
        return tensors;
    }

    @Override
    public TensorEntry tensor(String name) {
        return (TensorEntry) Checkpoint.super.tensor(name);
    }

    @Override
    public String source() {
        return beside.source();
    }

    @Override
    public String source(String name) {
        return beside.source(name);
    }

    @Override
    public Optional<byte[]> bytes(String name) {
        return beside.bytes(name);
    }

    /** See {@link SafetensorsFile#data}. */
    public MemorySegment data(TensorEntry entry) {
        return fileOf(entry).data(entry);
    }

    /** See {@link SafetensorsFile#read(TensorEntry, MemorySegment)}. */
    public void read(TensorEntry entry, MemorySegment target) {
        fileOf(entry).read(entry, target);
    }

    /** See {@link SafetensorsFile#read(TensorEntry, long, MemorySegment)}. */
    public void read(TensorEntry entry, long from, MemorySegment target) {
        fileOf(entry).read(entry, from, target);
    }

    @Override
    public void read(String name, long from, MemorySegment target) {
        read(tensor(name), from, target);
    }

    @Override
    public Optional<FilePart> part(String name) {
        TensorEntry entry = tensor(name);
        return Optional.of(new FilePart(entry.file(), entry.offset(), entry.bytes()));
    }

    /** Tells these weights from those of another checkpoint: hexadecimal, the same however they are cut into files. */
    public String fingerprint() {
        return Fingerprint.of(this);
    }

    /** Bytes of all tensors together. */
    public long totalBytes() {
        return tensors.values().stream().mapToLong(TensorEntry::bytes).sum();
    }

    private SafetensorsFile fileOf(TensorEntry entry) {
        SafetensorsFile file = files.get(entry.file());
        check(file != null, "tensor %s is of %s, which is not part of %s", entry.name(), entry.file(), path);
        return file;
    }

    @Override
    public void close() {
        Closing.all(List.copyOf(files.values()));
    }
}
