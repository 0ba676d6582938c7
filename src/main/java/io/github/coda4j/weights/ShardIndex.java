package io.github.coda4j.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * Which shard holds which tensor. The index's {@code metadata} is not used: the sizes written there differ between
 * tools.
 *
 * @param file the index file
 * @param shardOf tensor name to shard file name
 */
record ShardIndex(Path file, Map<String, String> shardOf) {
    private static final String WEIGHT_MAP = "weight_map";

    static ShardIndex read(Path file) {
        ObjectNode root = Json.readObject(file);
        if (!(root.get(WEIGHT_MAP) instanceof ObjectNode map)) {
            throw CodaException.of("%s: \"%s\" must be an object of tensor name to shard file", file, WEIGHT_MAP);
        }
        Map<String, String> shardOf = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : map.properties()) {
            String shard = field.getValue().isTextual() ? field.getValue().textValue() : "";
            if (!shard.endsWith(".safetensors") || shard.contains("/") || shard.contains("\\")) {
                throw CodaException.of(
                        "%s: tensor %s must name a .safetensors file of the same folder, got %s",
                        file, field.getKey(), Json.shown(field.getValue()));
            }
            shardOf.put(field.getKey(), shard);
        }
        if (shardOf.isEmpty()) {
            throw CodaException.of("%s: \"%s\" is empty", file, WEIGHT_MAP);
        }
        return new ShardIndex(file, shardOf);
    }

    /**
     * Opens all shards into {@code opened} (the caller closes them, also after an exception) and checks them against
     * the index.
     */
    SequencedMap<String, TensorEntry> openShards(Map<Path, SafetensorsFile> opened) {
        SequencedMap<String, TensorEntry> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, List<String>> shard : namesOfShards().entrySet()) {
            Path path = file.resolveSibling(shard.getKey());
            if (!Files.exists(path)) {
                throw CodaException.of(
                        "shard %s is missing; %s puts %d tensors in it, fetch it again",
                        path, file.getFileName(), shard.getValue().size());
            }
            SafetensorsFile opening = SafetensorsFile.open(path);
            opened.put(path, opening);
            for (String name : shard.getValue()) {
                if (!opening.entries().containsKey(name)) {
                    throw CodaException.of(
                            "%s puts tensor %s in %s, which does not hold it", file, name, shard.getKey());
                }
            }
            for (TensorEntry entry : opening.entries().values()) {
                String expected = shardOf.get(entry.name());
                if (!shard.getKey().equals(expected)) {
                    throw CodaException.of(
                            "%s holds tensor %s, which %s %s",
                            path,
                            entry.name(),
                            file.getFileName(),
                            expected == null ? "does not name" : "puts in " + expected);
                }
                tensors.put(entry.name(), entry);
            }
        }
        return tensors;
    }

    private TreeMap<String, List<String>> namesOfShards() {
        TreeMap<String, List<String>> names = new TreeMap<>();
        shardOf.forEach((name, shard) ->
                names.computeIfAbsent(shard, _ -> new ArrayList<>()).add(name));
        return names;
    }
}
