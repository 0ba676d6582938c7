package io.github.coda4j.weights;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Compares what a checkpoint holds with what it should. */
final class TensorCheck {
    private TensorCheck() {}

    /** See {@link Checkpoint#verify}. */
    static void verify(Checkpoint checkpoint, List<TensorSpec> expected) {
        Map<String, TensorSpec> specs = new LinkedHashMap<>();
        for (TensorSpec spec : expected) {
            check(specs.put(spec.name(), spec) == null, "tensor %s is expected twice", spec.name());
        }
        List<String> missing = new ArrayList<>();
        List<String> shapes = new ArrayList<>();
        List<String> dtypes = new ArrayList<>();
        for (TensorSpec spec : specs.values()) {
            StoredTensor found = checkpoint.tensors().get(spec.name());
            if (found == null) {
                if (!spec.optional()) {
                    missing.add(spec.name());
                }
            } else if (!found.hasShape(spec.shape())) {
                shapes.add(spec.name() + " is " + Arrays.toString(found.shape()) + ", expected "
                        + Arrays.toString(spec.shape()));
            } else if (!spec.dtypes().contains(found.dtype())) {
                dtypes.add(spec.name() + " is " + found.dtype() + ", expected "
                        + String.join(
                                " or ",
                                spec.dtypes().stream().map(Enum::name).sorted().toList()));
            }
        }
        List<String> extra = checkpoint.tensors().keySet().stream()
                .filter(name -> !specs.containsKey(name))
                .toList();
        List<String> problems = new ArrayList<>();
        addProblem(problems, "missing", missing);
        addProblem(problems, "of a wrong shape", shapes);
        addProblem(problems, "of a wrong dtype", dtypes);
        addProblem(problems, "too many", extra);
        if (!problems.isEmpty()) {
            throw CodaException.of(
                    "the weights in %s do not fit its config.json: tensors %s",
                    checkpoint.source(), String.join("; ", problems));
        }
    }

    private static void addProblem(List<String> problems, String kind, List<String> named) {
        int shown = 3;
        if (!named.isEmpty()) {
            String list = String.join(", ", named.subList(0, Math.min(shown, named.size())));
            String more = named.size() > shown ? " and " + (named.size() - shown) + " more" : "";
            problems.add(named.size() + " " + kind + " (" + list + more + ")");
        }
    }
}
