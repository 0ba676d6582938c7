package io.github.coda4j.train;

import io.github.coda4j.CodaException;
import io.github.coda4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether a saved optimizer state belongs to this optimizer. */
final class OptimizerState {
    private OptimizerState() {}

    /** @throws CodaException naming a tensor that is missing, too much or of another shape */
    static void check(Map<String, Tensor> saved, List<OptimizerSettings.StateTensor> layout) {
        Set<String> known =
                layout.stream().map(OptimizerSettings.StateTensor::name).collect(Collectors.toSet());
        saved.keySet().stream()
                .filter(name -> !known.contains(name))
                .sorted()
                .findFirst()
                .ifPresent(name -> {
                    throw CodaException.of("the saved optimizer has a tensor %s that this one does not know", name);
                });
        for (OptimizerSettings.StateTensor tensor : layout) {
            Tensor value = saved.get(tensor.name());
            if (value == null) {
                throw CodaException.of("the saved optimizer lacks the tensor %s", tensor.name());
            }
            if (!value.hasShape(tensor.size())) {
                throw CodaException.of(
                        "the saved optimizer's tensor %s is %s, expected [%d]",
                        tensor.name(), Arrays.toString(value.shape()), tensor.size());
            }
        }
    }
}
