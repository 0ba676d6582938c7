package io.github.coda4j.testkit;

import io.github.coda4j.hlo.Evaluator;
import io.github.coda4j.hlo.HostTensor;
import io.github.coda4j.hlo.Program;
import io.github.coda4j.hlo.TensorType;
import io.github.coda4j.pjrt.BufferType;
import io.github.coda4j.pjrt.PjrtCode;
import io.github.coda4j.pjrt.oracle.Backend;
import io.github.coda4j.pjrt.oracle.Failure;
import io.github.coda4j.pjrt.oracle.HostArray;
import io.github.coda4j.pjrt.oracle.Signature;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Devices that run the programs of room {@code hlo} by its evaluator, collectives too. It knows a program by its text
 * and must have been told of it.
 */
public final class EvaluatorBackend implements Backend {
    private final int devices;
    private final Map<String, Program> known = new HashMap<>();

    public EvaluatorBackend(int devices) {
        this.devices = devices;
    }

    /** Lets a program be compiled. */
    public EvaluatorBackend with(Program program) {
        known.put(program.text(), program);
        return this;
    }

    @Override
    public String platform() {
        return "evaluator";
    }

    @Override
    public int devices() {
        return devices;
    }

    @Override
    public Computation compile(String text) {
        Program program = known.get(text);
        if (program == null) {
            throw new Failure(PjrtCode.NOT_FOUND, "the evaluator was not told of this program");
        }
        Signature signature = Signature.of(text);
        return new Computation() {
            @Override
            public Signature signature() {
                return signature;
            }

            @Override
            public List<List<HostArray>> run(List<List<HostArray>> arguments) {
                List<List<HostTensor>> given = new ArrayList<>();
                for (List<HostArray> own : arguments) {
                    List<HostTensor> tensors = new ArrayList<>();
                    for (int i = 0; i < own.size(); i++) {
                        tensors.add(read(own.get(i), program.arguments().get(i).type()));
                    }
                    given.add(tensors);
                }
                return Evaluator.runAll(program, given).stream()
                        .map(own -> own.stream().map(EvaluatorBackend::written).toList())
                        .toList();
            }

            @Override
            public void end() {
                // There is nothing behind it.
            }
        };
    }

    private static HostTensor read(HostArray array, TensorType type) {
        MemorySegment data = array.data();
        return HostTensor.of(type, i -> switch (array.type()) {
            case S32 -> data.getAtIndex(ValueLayout.JAVA_INT, i);
            case F32 -> data.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            default -> throw new IllegalStateException("no such argument is known: " + array.type());
        });
    }

    private static HostArray written(HostTensor tensor) {
        long[] dims =
                tensor.type().shape().stream().mapToLong(Integer::longValue).toArray();
        HostArray array =
                HostArray.zeros(BufferType.named(tensor.type().element().text()).orElseThrow(), dims);
        for (int i = 0; i < tensor.data().length; i++) {
            array.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) tensor.data()[i]);
        }
        return array;
    }
}
