package io.github.coda4j.train.device;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.hlo.Layout;
import io.github.coda4j.hlo.Program;
import io.github.coda4j.hlo.TensorType;
import io.github.coda4j.hlo.coda.Distribution;
import io.github.coda4j.hlo.coda.LossStep;
import io.github.coda4j.hlo.coda.Products;
import io.github.coda4j.hlo.coda.RotaryTables;
import io.github.coda4j.hlo.coda.Stacked;
import io.github.coda4j.hlo.coda.StepFeed;
import io.github.coda4j.hlo.coda.StepShape;
import io.github.coda4j.hlo.coda.TrainStep;
import io.github.coda4j.hlo.coda.UpdateRule;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.training.LossSums;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.pjrt.CompileOptions;
import io.github.coda4j.pjrt.PjrtBuffer;
import io.github.coda4j.pjrt.PjrtClient;
import io.github.coda4j.pjrt.PjrtDevice;
import io.github.coda4j.pjrt.PjrtExecutable;
import io.github.coda4j.tensor.Scope;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * A model whose parameters and optimizer lie on devices. A step sends its rows there and gets the loss back; everything
 * else stays, until {@link #readParameters} and {@link #readState} ask for it. Used by one thread.
 */
public final class DeviceModel implements AutoCloseable {
    private final ModelConfig config;
    private final Settings settings;
    private final PjrtClient client;
    private final List<PjrtDevice> devices;
    private final TrainStep train;
    private final LossStep loss;
    private final PjrtExecutable training;
    private final PjrtExecutable evaluation;
    /** Of each argument that stays, by name: what each device has. */
    private final Map<String, List<PjrtBuffer>> kept = new HashMap<>();

    private final Closing closing = new Closing();

    /**
     * What is compiled.
     *
     * @param rows of a step, over all devices
     * @param microRows how many each device computes at a time, at most; divides its share of the rows
     * @param length positions of a row
     * @param clip largest L2 norm of the gradient; infinite to let every gradient through
     * @param distribution over how many devices, and how
     */
    public record Settings(
            int rows,
            int microRows,
            int length,
            UpdateRule rule,
            double clip,
            Products products,
            Distribution distribution) {
        public Settings {
            microRows = PluginUse.microRows(distribution, rows, microRows);
            check(products != Products.F64, "parameters are trained as 32-bit floats, not in f64");
        }

        /** Rows that all devices together compute at a time. */
        public int atATime() {
            return microRows * distribution.devices();
        }

        private StepShape shape(int ofAll) {
            int share = distribution.kind().annotates() ? 1 : distribution.devices();
            return StepShape.of(ofAll / share, atATime() / share, length);
        }
    }

    /**
     * What a step gave.
     *
     * @param sums over its rows
     * @param gradientNorm before clipping
     */
    public record Outcome(LossSums sums, double gradientNorm) {}

    /**
     * Compiles the programs and takes the parameters to the devices.
     *
     * @param parameters on the CPU; what they begin as
     * @throws io.github.coda4j.CodaException when the model cannot be trained so, the devices are too few, or they do
     *     not take the programs
     */
    public static DeviceModel open(
            PjrtClient client, ModelConfig config, ParameterStore parameters, Settings settings) {
        int count = settings.distribution().devices();
        check(
                count <= client.devices().size(),
                "%d devices are asked for, but %s has %d",
                count,
                client.platform(),
                client.devices().size());
        DeviceModel model = new DeviceModel(client, config, parameters.ownHead(), settings);
        try {
            model.fill(parameters);
            return model;
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    private DeviceModel(PjrtClient client, ModelConfig config, boolean ownHead, Settings settings) {
        this.client = client;
        this.config = config;
        this.settings = settings;
        this.devices = client.devices().subList(0, settings.distribution().devices());
        this.train = TrainStep.of(
                config,
                ownHead,
                settings.rule(),
                settings.clip(),
                settings.shape(settings.rows()),
                settings.products(),
                settings.distribution());
        this.loss = LossStep.of(
                config, ownHead, settings.shape(settings.atATime()), settings.products(), settings.distribution());
        this.training = client.compile(train.program().text(), options(train.program()));
        this.evaluation = client.compile(loss.program().text(), options(loss.program()));
    }

    /** What it was made with. */
    public Settings settings() {
        return settings;
    }

    private CompileOptions options(Program program) {
        return devices.size() == 1
                ? CompileOptions.ONE_DEVICE
                : new CompileOptions(
                        program.replicas(),
                        program.partitions(),
                        program.shardy(),
                        devices.stream().map(PjrtDevice::id).toList());
    }

    private void fill(ParameterStore parameters) {
        RotaryTables tables = RotaryTables.of(config, settings.length());
        try (Arena arena = Arena.ofConfined();
                Scope _ = Scope.open()) {
            keep("cos", arena.allocateFrom(ValueLayout.JAVA_FLOAT, tables.cos()));
            keep("sin", arena.allocateFrom(ValueLayout.JAVA_FLOAT, tables.sin()));
        }
        writeEach(train.parameters(), name -> parameters.value(name).memory());
        for (Stacked state : train.state()) {
            try (Arena arena = Arena.ofConfined()) {
                keep(state.name(), arena.allocate(state.type().bytes(), Long.BYTES));
            }
        }
    }

    /** Where the whole tensor of a name lies in the host's memory. */
    @FunctionalInterface
    public interface Source {
        MemorySegment of(String tensor);
    }

    private void writeEach(List<Stacked> all, Source source) {
        for (Stacked stacked : all) {
            try (Arena arena = Arena.ofConfined();
                    Scope _ = Scope.open()) {
                MemorySegment whole = arena.allocate(stacked.type().bytes(), Long.BYTES);
                long size = whole.byteSize() / stacked.tensors().size();
                for (int i = 0; i < stacked.tensors().size(); i++) {
                    MemorySegment one = source.of(stacked.tensors().get(i));
                    check(
                            one.byteSize() == size,
                            "%s has %d bytes, expected %d",
                            stacked.tensors().get(i),
                            one.byteSize(),
                            size);
                    MemorySegment.copy(one, 0, whole, i * size, size);
                }
                keep(stacked.name(), whole);
            }
        }
    }

    private void keep(String name, MemorySegment whole) {
        List<PjrtBuffer> before = kept.put(name, upload(argument(train.program(), name), whole));
        if (before != null) {
            Closing.all(before);
        }
    }

    private static Program.Argument argument(Program program, String name) {
        return program.arguments().get(program.argument(name));
    }

    private TensorType whole(TensorType type, Layout layout) {
        return settings.distribution().kind().annotates() ? type : layout.whole(type);
    }

    /** Gives each device its part of a tensor. */
    private List<PjrtBuffer> upload(Program.Argument argument, MemorySegment data) {
        TensorType whole = whole(argument.type(), argument.layout());
        TensorType part = argument.layout().part(whole);
        List<PjrtBuffer> parts = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment own = devices.size() == 1 ? data : arena.allocate(part.bytes(), Long.BYTES);
            for (int d = 0; d < devices.size(); d++) {
                if (devices.size() > 1) {
                    Parts.copy(data, whole, argument.layout(), d, own, true);
                }
                parts.add(client.buffer(own, Parts.type(part.element()), Parts.dims(part), devices.get(d)));
            }
            return parts;
        } catch (RuntimeException | Error e) {
            Closing.all(parts);
            throw e;
        }
    }

    /**
     * One optimizer step. When loss or norm are not finite the parameters are as before.
     *
     * @param batch as many rows as the settings say
     * @param step from 1
     * @throws io.github.coda4j.pjrt.PjrtException when a device fails; the model is lost then
     */
    public Outcome step(MaskedBatch batch, long step, double learningRate) {
        checkBatch(batch, settings.rows());
        double scale = 1.0 / ((double) settings.rows() * settings.length());
        Map<String, Double> scalars = settings.rule().scalars(step, learningRate);
        Sent sent = new Sent();
        try {
            sent.rows(train.program(), batch, scale);
            scalars.forEach((name, value) -> sent.floats(train.program(), name, value.floatValue()));
            List<List<PjrtBuffer>> results = training.runTogether(arguments(train.program(), sent));
            replace(results);
            return new Outcome(
                    new LossSums(
                            sent.result(train.program(), results, TrainStep.LOSS) / scale,
                            sent.result(train.program(), results, TrainStep.CROSS_ENTROPY),
                            batch.numTargets(),
                            (long) batch.rows() * batch.length()),
                    sent.result(train.program(), results, TrainStep.GRADIENT_NORM));
        } finally {
            sent.free();
        }
    }

    private void checkBatch(MaskedBatch batch, int mostRows) {
        check(
                batch.length() == settings.length() && batch.rows() <= mostRows,
                "the programs are for %d rows of %d positions, got %d of %d",
                mostRows,
                settings.length(),
                batch.rows(),
                batch.length());
    }

    /** What a step gave in place of its arguments is what the next one is given. */
    private void replace(List<List<PjrtBuffer>> results) {
        for (Program.Argument argument : train.program().arguments()) {
            argument.donatedTo().ifPresent(index -> {
                Closing.all(kept.get(argument.name()));
                kept.put(
                        argument.name(),
                        results.stream().map(own -> own.get(index)).toList());
            });
        }
    }

    private List<List<PjrtBuffer>> arguments(Program program, Sent sent) {
        List<List<PjrtBuffer>> all = new ArrayList<>();
        for (int d = 0; d < devices.size(); d++) {
            int device = d;
            all.add(program.arguments().stream()
                    .map(argument -> sent.buffers
                            .getOrDefault(argument.name(), kept.get(argument.name()))
                            .get(device))
                    .toList());
        }
        return all;
    }

    /**
     * Runs the rows forward only.
     *
     * @param batch at most as many rows as all devices compute at a time
     * @throws io.github.coda4j.pjrt.PjrtException when a device fails
     */
    public LossSums evaluate(MaskedBatch batch) {
        checkBatch(batch, settings.atATime());
        Sent sent = new Sent();
        try {
            sent.rows(loss.program(), padded(batch), 1);
            List<List<PjrtBuffer>> results = evaluation.runTogether(arguments(loss.program(), sent));
            results.forEach(sent::closeToo);
            return new LossSums(
                    sent.result(loss.program(), results, TrainStep.LOSS),
                    sent.result(loss.program(), results, TrainStep.CROSS_ENTROPY),
                    batch.numTargets(),
                    (long) batch.rows() * batch.length());
        } finally {
            sent.free();
        }
    }

    /** With rows behind it that count for nothing, as many as the program takes. */
    private MaskedBatch padded(MaskedBatch batch) {
        int rows = settings.atATime();
        int length = batch.length();
        int[][] targets = Arrays.copyOf(batch.targets(), rows);
        int[][] noisy = Arrays.copyOf(batch.noisyIds(), rows);
        int[][] segments = Arrays.copyOf(batch.segments(), rows);
        float[] weights = Arrays.copyOf(batch.weights(), rows);
        float[][] factors = Arrays.copyOf(batch.factors(), rows);
        for (int b = batch.rows(); b < rows; b++) {
            noisy[b] = new int[length];
            targets[b] = new int[length];
            Arrays.fill(targets[b], MaskedBatch.NOT_COUNTED);
            segments[b] = new int[length];
            weights[b] = 1;
            factors[b] = MaskedBatch.EVEN;
        }
        return new MaskedBatch(noisy, targets, segments, weights, factors);
    }

    /** Copies the parameters as they are now into the host's memory. */
    public void readParameters(ParameterStore target) {
        try (Scope _ = Scope.open()) {
            readEach(
                    train.parameters(),
                    (name, values) -> target.value(name).memory().copyFrom(values));
        }
    }

    /**
     * Gives every tensor that the optimizer remembers, by its name in a checkpoint.
     *
     * @param target is given memory that it must not keep
     */
    public void readState(BiConsumer<String, MemorySegment> target) {
        readEach(train.state(), target);
    }

    /** Names of the tensors that the optimizer remembers. */
    public List<String> stateNames() {
        return train.state().stream().flatMap(one -> one.tensors().stream()).toList();
    }

    /** Goes on with what an optimizer remembered. */
    public void writeState(Source source) {
        writeEach(train.state(), source);
    }

    private void readEach(List<Stacked> all, BiConsumer<String, MemorySegment> target) {
        for (Stacked stacked : all) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment whole = arena.allocate(stacked.type().bytes(), Long.BYTES);
                download(argument(train.program(), stacked.name()), whole);
                long size = whole.byteSize() / stacked.tensors().size();
                for (int i = 0; i < stacked.tensors().size(); i++) {
                    target.accept(stacked.tensors().get(i), whole.asSlice(i * size, size));
                }
            }
        }
    }

    /** Puts a tensor together from the parts of the devices. */
    private void download(Program.Argument argument, MemorySegment data) {
        List<PjrtBuffer> parts = kept.get(argument.name());
        if (argument.layout().dim().isEmpty() || devices.size() == 1) {
            parts.getFirst().read(data);
            return;
        }
        TensorType whole = whole(argument.type(), argument.layout());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment part = arena.allocate(argument.layout().part(whole).bytes(), Long.BYTES);
            for (int d = 0; d < devices.size(); d++) {
                parts.get(d).read(part);
                Parts.copy(data, whole, argument.layout(), d, part, false);
            }
        }
    }

    /** What is on the devices for the time of one run. */
    private final class Sent {
        private final Map<String, List<PjrtBuffer>> buffers = new LinkedHashMap<>();
        private final List<PjrtBuffer> others = new ArrayList<>();
        private final Arena arena = Arena.ofConfined();

        void rows(Program program, MaskedBatch batch, double scale) {
            StepFeed feed = StepFeed.of(batch, config.alignment(), scale);
            ints(program, "noisy_ids", feed.noisyIds());
            ints(program, "targets", feed.targets());
            floats(program, "weights", feed.weights());
            ints(program, "segments", feed.segments());
        }

        void ints(Program program, String name, int[] values) {
            put(program, name, arena.allocateFrom(ValueLayout.JAVA_INT, values));
        }

        void floats(Program program, String name, float... values) {
            put(program, name, arena.allocateFrom(ValueLayout.JAVA_FLOAT, values));
        }

        private void put(Program program, String name, MemorySegment data) {
            buffers.put(name, upload(argument(program, name), data));
        }

        void closeToo(List<PjrtBuffer> more) {
            others.addAll(more);
        }

        /** A single number, the same on all devices. */
        float result(Program program, List<List<PjrtBuffer>> results, String name) {
            int index = program.result(name);
            if (program == train.program()) {
                results.forEach(own -> others.add(own.get(index)));
            }
            MemorySegment value = arena.allocate(ValueLayout.JAVA_FLOAT);
            results.getFirst().get(index).read(value);
            return value.get(ValueLayout.JAVA_FLOAT, 0);
        }

        void free() {
            arena.close();
            Closing.all(Stream.concat(buffers.values().stream().flatMap(List::stream), others.stream())
                    .toList());
        }
    }

    /** Gives back what is on the devices, not the devices. */
    @Override
    public void close() {
        closing.once(() -> {
            List<AutoCloseable> all = new ArrayList<>(List.of(training, evaluation));
            kept.values().forEach(all::addAll);
            Closing.all(all);
        });
    }
}
