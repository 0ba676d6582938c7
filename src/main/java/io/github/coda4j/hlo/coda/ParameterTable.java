package io.github.coda4j.hlo.coda;

import io.github.coda4j.hlo.ElementType;
import io.github.coda4j.hlo.Layout;
import io.github.coda4j.hlo.TensorType;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Parameters;
import io.github.coda4j.weights.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** A model's parameters as arguments: those of all layers stacked, each with its place on the devices. */
final class ParameterTable {
    private static final String LAYERS = Parameters.layer(0, "").replace("0.", "");

    private ParameterTable() {}

    /** In the order of {@link Parameters#of}. */
    static List<Stacked> of(ModelConfig config, boolean ownHead, ElementType floats, Distribution distribution) {
        Map<String, List<TensorSpec>> groups = new LinkedHashMap<>();
        for (TensorSpec spec : Parameters.of(config, ownHead)) {
            groups.computeIfAbsent(group(spec.name()), _ -> new ArrayList<>()).add(spec);
        }
        List<Stacked> parameters = new ArrayList<>();
        groups.forEach((name, specs) -> {
            List<Integer> shape = new ArrayList<>();
            if (name.contains(Stacked.ANY_LAYER)) {
                shape.add(specs.size());
            }
            Arrays.stream(specs.getFirst().shape()).mapToInt(Math::toIntExact).forEach(shape::add);
            TensorType type = new TensorType(floats, shape);
            List<String> tensors = specs.stream().map(TensorSpec::name).toList();
            int stacked = shape.size() - specs.getFirst().shape().length;
            OptionalInt cut = distribution.cutDimension(name, specs.getFirst().shape());
            Layout layout = cut.isPresent()
                    ? Layout.split(stacked + cut.getAsInt(), distribution.devices())
                    : Layout.REPLICATED;
            parameters.add(new Stacked(name, tensors, type, layout));
        });
        return parameters;
    }

    private static String group(String tensor) {
        if (!tensor.startsWith(LAYERS)) {
            return tensor;
        }
        int end = tensor.indexOf('.', LAYERS.length());
        return LAYERS + Stacked.ANY_LAYER + tensor.substring(end);
    }

    /** Name of a parameter of all layers. */
    static String layers(String rest) {
        return LAYERS + Stacked.ANY_LAYER + "." + rest;
    }

    /** Name within a layer. */
    static String rest(Stacked layered) {
        return layered.name().substring(layers("").length());
    }
}
