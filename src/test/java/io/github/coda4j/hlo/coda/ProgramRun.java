package io.github.coda4j.hlo.coda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.hlo.ElementType;
import io.github.coda4j.hlo.Evaluator;
import io.github.coda4j.hlo.HostTensor;
import io.github.coda4j.hlo.Layout;
import io.github.coda4j.hlo.Program;
import io.github.coda4j.hlo.TensorType;
import io.github.coda4j.model.ModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.DoubleUnaryOperator;

/** A program with what its arguments are given, whole and by name; devices get their parts. */
final class ProgramRun {
    private final Program program;
    private final Map<String, HostTensor> given = new HashMap<>();

    ProgramRun(Program program) {
        this.program = program;
    }

    /** What an argument's whole is. */
    private TensorType whole(String name) {
        Program.Argument argument = program.arguments().get(program.argument(name));
        return program.replicas() > 1 ? argument.layout().whole(argument.type()) : argument.type();
    }

    ProgramRun give(String name, float[] values) {
        given.put(name, HostTensor.of(whole(name), values));
        return this;
    }

    ProgramRun give(String name, int[] values) {
        given.put(name, HostTensor.of(whole(name), values));
        return this;
    }

    ProgramRun give(String name, HostTensor value) {
        assertThat(value.type()).as(name).isEqualTo(whole(name));
        given.put(name, value);
        return this;
    }

    ProgramRun giveScalar(String name, double value) {
        ElementType element = whole(name).element();
        return give(name, HostTensor.scalar(element, value));
    }

    /** Masked rows: those of all devices. */
    ProgramRun giveRows(MaskedBatch batch, ModelConfig config) {
        double scale = 1.0 / (batch.rows() * batch.length());
        StepFeed feed = StepFeed.of(batch, config.alignment(), scale);
        TensorType weights = whole(Batch.WEIGHTS);
        give(Batch.NOISY_IDS, feed.noisyIds());
        give(Batch.TARGETS, feed.targets());
        give(Batch.SEGMENTS, feed.segments());
        // In F64 without the rounding of a float, which the stored numbers do not have either.
        return weights.element() == ElementType.F64
                ? give(Batch.WEIGHTS, HostTensor.of(weights, i -> exact(batch, config, i) * scale))
                : give(Batch.WEIGHTS, feed.weights());
    }

    private static double exact(MaskedBatch batch, ModelConfig config, int row) {
        int b = row / batch.length();
        for (int i = 0; i < batch.length(); i++) {
            if (batch.targets()[b][i] != MaskedBatch.NOT_COUNTED
                    && b * batch.length() + config.alignment().row(i, 0) == row) {
                return batch.weight(b, i);
            }
        }
        return 0;
    }

    ProgramRun giveAngles(ModelConfig config, int length) {
        if (whole(Batch.COS).element() == ElementType.F64) {
            return give(Batch.COS, exactly(config, Math::cos)).give(Batch.SIN, exactly(config, Math::sin));
        }
        RotaryTables tables = RotaryTables.of(config, length);
        return give(Batch.COS, tables.cos()).give(Batch.SIN, tables.sin());
    }

    private HostTensor exactly(ModelConfig config, DoubleUnaryOperator function) {
        int half = config.headDim() / 2;
        return HostTensor.of(whole(Batch.COS), i -> {
            double frequency = Math.pow(config.ropeTheta(), -2.0 * (i % half) / config.headDim());
            return function.applyAsDouble(i / half * frequency);
        });
    }

    ProgramRun giveParameters(List<Stacked> table, Map<String, float[]> tensors) {
        for (Stacked parameter : table) {
            float[] all = new float[Math.toIntExact(parameter.type().elements())];
            int at = 0;
            for (String tensor : parameter.tensors()) {
                System.arraycopy(tensors.get(tensor), 0, all, at, tensors.get(tensor).length);
                at += tensors.get(tensor).length;
            }
            assertThat(at).as(parameter.name()).isEqualTo(all.length);
            give(parameter.name(), all);
        }
        return this;
    }

    ProgramRun giveZeros(List<Stacked> table) {
        table.forEach(state -> give(state.name(), HostTensor.of(whole(state.name()), _ -> 0)));
        return this;
    }

    /** What runs a program: from the arguments of each device to its results. */
    interface Machine extends BiFunction<Program, List<List<HostTensor>>, List<List<HostTensor>>> {}

    /** Results by name, whole; what is on every device must be the same there. */
    Map<String, HostTensor> run() {
        return on(Evaluator::runAll);
    }

    /** The same on another machine than the evaluator. */
    Map<String, HostTensor> on(Machine machine) {
        List<List<HostTensor>> arguments = new ArrayList<>();
        for (int replica = 0; replica < program.replicas(); replica++) {
            List<HostTensor> own = new ArrayList<>();
            for (Program.Argument argument : program.arguments()) {
                assertThat(given).containsKey(argument.name());
                own.add(part(given.get(argument.name()), argument.layout(), replica));
            }
            arguments.add(own);
        }
        List<List<HostTensor>> all = machine.apply(program, arguments);
        Map<String, HostTensor> results = new LinkedHashMap<>();
        for (int i = 0; i < program.results().size(); i++) {
            int index = i;
            Program.Result result = program.results().get(i);
            List<HostTensor> parts = all.stream().map(list -> list.get(index)).toList();
            results.put(result.name(), joined(result, parts));
        }
        return results;
    }

    private HostTensor part(HostTensor whole, Layout layout, int replica) {
        if (program.replicas() == 1 || layout.dim().isEmpty()) {
            return whole;
        }
        int dim = layout.dim().getAsInt();
        int extent = layout.part(whole.type()).extent(dim);
        return whole.slice(dim, replica * extent, (replica + 1) * extent);
    }

    private HostTensor joined(Program.Result result, List<HostTensor> parts) {
        if (parts.size() > 1 && result.layout().dim().isPresent()) {
            return HostTensor.concatenate(result.layout().dim().getAsInt(), parts);
        }
        parts.forEach(part -> assertThat(part.data())
                .as(result.name())
                .isEqualTo(parts.getFirst().data()));
        return parts.getFirst();
    }

    /** What a step left behind is what the next one is given. */
    ProgramRun goOnWith(Map<String, HostTensor> results) {
        for (Program.Argument argument : program.arguments()) {
            argument.donatedTo()
                    .ifPresent(index -> give(
                            argument.name(),
                            results.get(program.results().get(index).name())));
        }
        return this;
    }

    /** One tensor of a checkpoint out of those of all layers. */
    static double[] tensor(Stacked stacked, Map<String, HostTensor> results, String name) {
        double[] all = results.get(stacked.name()).data();
        int size = all.length / stacked.tensors().size();
        int first = stacked.tensors().indexOf(name) * size;
        return Arrays.copyOfRange(all, first, first + size);
    }
}
