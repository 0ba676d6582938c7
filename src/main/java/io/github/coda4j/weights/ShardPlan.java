package io.github.coda4j.weights;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.files.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * Which tensors go to which file: one {@code model.safetensors} when all fit, shards
 * {@code model-00001-of-0000N.safetensors} otherwise. A tensor larger than a shard gets one of its own.
 */
record ShardPlan(List<Shard> shards) {
    record Shard(String fileName, List<TensorDeclaration> tensors) {}

    static ShardPlan of(List<TensorDeclaration> tensors, long maxShardBytes) {
        check(maxShardBytes > 0, "the largest shard must have a positive size, got %d", maxShardBytes);
        List<List<TensorDeclaration>> groups = new ArrayList<>();
        long room = 0;
        for (TensorDeclaration tensor : tensors) {
            if (groups.isEmpty() || tensor.bytes() > room) {
                groups.add(new ArrayList<>());
                room = maxShardBytes;
            }
            groups.getLast().add(tensor);
            room -= tensor.bytes();
        }
        if (groups.size() <= 1) {
            return new ShardPlan(List.of(new Shard(CheckpointFolder.WEIGHTS, tensors)));
        }
        List<Shard> shards = new ArrayList<>();
        for (List<TensorDeclaration> group : groups) {
            shards.add(new Shard(
                    String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", shards.size() + 1, groups.size()),
                    group));
        }
        return new ShardPlan(List.copyOf(shards));
    }

    boolean needsIndex() {
        return shards.size() > 1;
    }

    /** The text of {@code model.safetensors.index.json}. */
    String index() {
        long total = 0;
        TreeMap<String, String> shardOf = new TreeMap<>();
        for (Shard shard : shards) {
            for (TensorDeclaration tensor : shard.tensors()) {
                total += tensor.bytes();
                shardOf.put(tensor.name(), shard.fileName());
            }
        }
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.putObject("metadata").put("total_size", total);
        ObjectNode map = root.putObject("weight_map");
        shardOf.forEach(map::put);
        return Json.pretty(root);
    }
}
