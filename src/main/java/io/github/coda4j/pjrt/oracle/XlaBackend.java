package io.github.coda4j.pjrt.oracle;

import io.github.coda4j.pjrt.PjrtCode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * The XLA of TensorFlow's library on this processor, as one device. What was compiled is kept as long as this is: the
 * same program again costs nothing.
 */
public final class XlaBackend implements Backend {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final TensorFlow library;
    private final Map<String, Program> programs = new HashMap<>();

    /**
     * Loads the library; it stays until the process ends.
     *
     * @param folder that scripts/fetch-oracle made
     * @throws io.github.coda4j.CodaException when it is not there or not for this machine
     */
    public XlaBackend(Path folder) {
        this.library = NativeStandardError.during(() -> new TensorFlow(folder)).orThrow();
    }

    @Override
    public String platform() {
        return "xla";
    }

    @Override
    public int devices() {
        return 1;
    }

    @Override
    public synchronized Computation compile(String program) {
        return programs.computeIfAbsent(program, this::compiled);
    }

    /** Compiles at once, by a run over zeros. */
    private Program compiled(String program) {
        Signature signature = Signature.of(program);
        String name = "program" + NAMES.incrementAndGet();
        List<HostArray> zeros = signature.arguments().stream()
                .map(type -> HostArray.zeros(type.type(), type.dims()))
                .toList();
        NativeStandardError.Caught<List<HostArray>> first = NativeStandardError.during(() -> {
            library.define(name, program, signature);
            return library.run(name, signature, zeros);
        });
        zeros.forEach(HostArray::free);
        if (first.thrown() instanceof Failure failure) {
            throw new Failure(failure.code(), failure.getMessage() + told(first.printed()));
        }
        first.orThrow().forEach(HostArray::free);
        return new Program(name, signature);
    }

    /** The lines that say where a program is wrong. */
    private static String told(String printed) {
        return printed.lines()
                .filter(line -> line.contains("error:"))
                .map(line -> "\n" + line.strip())
                .collect(Collectors.joining());
    }

    private final class Program implements Computation {
        private final String name;
        private final Signature signature;

        Program(String name, Signature signature) {
            this.name = name;
            this.signature = signature;
        }

        @Override
        public Signature signature() {
            return signature;
        }

        @Override
        public List<List<HostArray>> run(List<List<HostArray>> arguments) {
            if (arguments.size() != 1) {
                throw new Failure(PjrtCode.UNIMPLEMENTED, "there is one device, got arguments of " + arguments.size());
            }
            return List.of(library.run(name, signature, arguments.getFirst()));
        }

        @Override
        public void end() {
            // Kept for the next one who asks for it.
        }
    }
}
