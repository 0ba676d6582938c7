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
import java.util.Set;
import java.util.stream.IntStream;

/** A model's parameters as arguments: those of all layers stacked, each with its place on the devices. */
final class ParameterTable {
    /** Of these the inputs are cut, [outputs, inputs], as in the original's pre-training; of others the outputs. */
    private static final Set<String> CUT_BY_INPUTS =
            Set.of("self_attn.k_proj.weight", "self_attn.v_proj.weight", "mlp.down_proj.weight");

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
            parameters.add(new Stacked(name, tensors, type, layout(name, type, distribution)));
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

    /** Where a dimension has no equal parts, as the vocabulary of 151,936 among 512, the other one is cut. */
    private static Layout layout(String name, TensorType type, Distribution distribution) {
        int first = name.contains(Stacked.ANY_LAYER) ? 1 : 0;
        boolean vector = type.rank() == first + 1;
        boolean bias = name.endsWith(".bias");
        if (!distribution.kind().cutsParameters()
                || distribution.devices() == 1
                || bias
                || vector && !distribution.kind().annotates()) {
            return Layout.REPLICATED;
        }
        boolean byInputs =
                first == 1 && CUT_BY_INPUTS.contains(name.substring(layers("").length()));
        int dim = first + (byInputs ? 1 : 0);
        int other = vector ? dim : first + (byInputs ? 0 : 1);
        return IntStream.of(dim, other)
                .filter(one -> type.extent(one) % distribution.devices() == 0)
                .mapToObj(one -> Layout.split(one, distribution.devices()))
                .findFirst()
                .orElse(Layout.REPLICATED);
    }
}
