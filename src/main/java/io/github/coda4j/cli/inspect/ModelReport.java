package io.github.coda4j.cli.inspect;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.Amounts;
import io.github.coda4j.files.Json;
import io.github.coda4j.model.ModelSize;
import io.github.coda4j.model.TiedHead;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.TensorEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** What a checkpoint is, as a table for people and as JSON. */
final class ModelReport {
    private static final int CACHED_TOKENS = 1000;

    private final CheckpointFolder checkpoint;
    private final ModelSize size;

    private ModelReport(CheckpointFolder checkpoint, ModelSize size) {
        this.checkpoint = checkpoint;
        this.size = size;
    }

    /** @throws io.github.coda4j.CodaException when config and tensors are not those of one model */
    static ModelReport of(CheckpointFolder checkpoint) {
        ModelSize size = ModelSize.of(checkpoint);
        TiedHead.warn(checkpoint);
        return new ModelReport(checkpoint, size);
    }

    ObjectNode json() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("folder", checkpoint.path().toString());
        root.set(
                "config",
                Json.parse(checkpoint.config().json(), checkpoint.config().source()));
        root.put("parameters", size.parameters());
        root.put("bytes", checkpoint.totalBytes());
        ObjectNode dtypes = root.putObject("dtypes");
        bytesByDType().forEach((dtype, bytes) -> dtypes.put(dtype.safetensorsName(), bytes));
        ObjectNode memory = root.putObject("memory");
        for (WeightFormat format : WeightFormat.ALL) {
            memory.put(format.toString(), size.weightBytes(format));
        }
        root.put("cache_bytes_per_token", size.cacheBytesPerToken());
        var tensors = root.putArray("tensors");
        for (TensorEntry entry : checkpoint.tensors().values()) {
            ObjectNode node = tensors.addObject();
            node.put("name", entry.name());
            node.put("dtype", entry.dtype().safetensorsName());
            var shape = node.putArray("shape");
            LongStream.of(entry.shape()).forEach(shape::add);
        }
        return root;
    }

    /** Layers that are alike are one line. */
    String table() {
        StringBuilder text = new StringBuilder();
        line(text, "Folder", checkpoint.path().toString());
        line(text, "Parameters", Amounts.count(size.parameters()) + " (" + size.parameters() + ")");
        line(
                text,
                "Files",
                Amounts.bytes(checkpoint.totalBytes()) + " in "
                        + checkpoint.tensors().size()
                        + " tensors: "
                        + bytesByDType().entrySet().stream()
                                .map(kind -> kind.getKey().safetensorsName() + " " + Amounts.bytes(kind.getValue()))
                                .collect(Collectors.joining(", ")));
        line(
                text,
                "Memory",
                WeightFormat.ALL.stream()
                                .map(format -> format + " " + Amounts.bytes(size.weightBytes(format)))
                                .collect(Collectors.joining(", "))
                        + "; a cache adds " + Amounts.bytes(size.cacheBytesPerToken() * CACHED_TOKENS) + " for "
                        + CACHED_TOKENS + " tokens");
        text.append("Config\n");
        checkpoint.config().keys().stream()
                .filter(checkpoint.config()::has)
                .forEach(key -> text.append(String.format(
                        Locale.ROOT,
                        "  %-28s %s%n",
                        key,
                        Json.parse(checkpoint.config().json(), key).get(key))));
        text.append("Tensors\n");
        tensorLines().forEach((name, kind) -> text.append(String.format(Locale.ROOT, "  %-52s %s%n", name, kind)));
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "%-11s%s%n", name, value));
    }

    /** Names with the layer's number replaced by the numbers of all layers in which the tensor is alike. */
    private Map<String, String> tensorLines() {
        Map<String, List<Integer>> layersOf = new LinkedHashMap<>();
        for (TensorEntry entry : checkpoint.tensors().values()) {
            String pattern = entry.name().replaceFirst("(layers|blocks)\\.\\d+\\.", "$1.*.");
            String kind = entry.dtype().safetensorsName() + " " + Arrays.toString(entry.shape());
            List<Integer> layers = layersOf.computeIfAbsent(pattern + "\n" + kind, _ -> new ArrayList<>());
            if (!pattern.equals(entry.name())) {
                layers.add(Integer.valueOf(entry.name().replaceFirst(".*(?:layers|blocks)\\.(\\d+)\\..*", "$1")));
            }
        }
        Map<String, String> lines = new LinkedHashMap<>();
        layersOf.forEach((key, layers) -> {
            String[] parts = key.split("\n", 2);
            String numbers =
                    layers.isEmpty() ? "" : numbers(layers.stream().sorted().toList());
            lines.put(parts[0].replace("*", numbers), parts[1]);
        });
        return lines;
    }

    private static String numbers(List<Integer> layers) {
        boolean run = layers.getLast() - layers.getFirst() == layers.size() - 1;
        if (layers.size() == 1) {
            return layers.getFirst().toString();
        }
        return run
                ? "[" + layers.getFirst() + "-" + layers.getLast() + "]"
                : layers.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
    }

    private Map<DType, Long> bytesByDType() {
        return checkpoint.tensors().values().stream()
                .collect(Collectors.groupingBy(
                        TensorEntry::dtype, TreeMap::new, Collectors.summingLong(TensorEntry::bytes)));
    }
}
