package io.github.coda4j.cli.export;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.files.Json;
import io.github.coda4j.hlo.Layout;
import io.github.coda4j.hlo.Program;
import io.github.coda4j.hlo.TensorType;
import io.github.coda4j.hlo.coda.Stacked;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What others need to know of a program's text to compile it and to call it. */
final class Manifest {
    private final String what;
    private final String file;
    private final Program program;

    Manifest(String what, String file, Program program) {
        this.what = what;
        this.file = file;
        this.program = program;
    }

    /**
     * As JSON.
     *
     * @param stacked the arguments that hold a checkpoint's tensors, or an optimizer's
     * @param form stablehlo or vhlo
     */
    String json(List<Stacked> stacked, String form) {
        Map<String, Stacked> named = new HashMap<>();
        stacked.forEach(one -> named.put(one.name(), one));
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("what", what);
        root.put("file", file);
        root.put("form", form);
        root.put("entry", "main");
        root.put("num_replicas", program.replicas());
        root.put("num_partitions", program.partitions());
        root.put("use_shardy_partitioner", program.shardy());
        ArrayNode arguments = root.putArray("arguments");
        for (Program.Argument argument : program.arguments()) {
            ObjectNode node = described(arguments, argument.name(), argument.type(), argument.layout());
            argument.donatedTo()
                    .ifPresent(result ->
                            node.put("donated_to", program.results().get(result).name()));
            Stacked one = named.get(argument.name());
            if (one != null) {
                ArrayNode tensors = node.putArray("tensors");
                one.tensors().forEach(tensors::add);
            }
        }
        ArrayNode results = root.putArray("results");
        program.results().forEach(result -> described(results, result.name(), result.type(), result.layout()));
        return Json.pretty(root) + "\n";
    }

    private static ObjectNode described(ArrayNode into, String name, TensorType type, Layout layout) {
        ObjectNode node = into.addObject();
        node.put("name", name);
        ArrayNode shape = node.putArray("shape");
        type.shape().forEach(shape::add);
        node.put("dtype", type.element().text());
        ObjectNode place = node.putObject("layout");
        place.put("kind", layout.dim().isPresent() ? "split" : "replicated");
        layout.dim().ifPresent(dim -> place.put("dim", dim).put("parts", layout.parts()));
        return node;
    }
}
