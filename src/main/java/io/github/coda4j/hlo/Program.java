package io.github.coda4j.hlo;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import io.github.coda4j.hlo.Line.Region;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A function of tensors that a compiler can take: arguments, results, and its text. The same program has the same text,
 * to the byte.
 */
public final class Program {
    private final List<Argument> arguments;
    private final List<Result> results;
    private final Devices devices;
    private final Region body;

    private Program(List<Argument> arguments, List<Result> results, Devices devices, Region body) {
        this.arguments = arguments;
        this.results = results;
        this.devices = devices;
        this.body = body;
    }

    /**
     * What the program is given.
     *
     * @param type with replicas what one of them is given, with partitions the whole
     * @param layout how what the devices have makes up the whole
     * @param donatedTo the result that takes its memory; the caller's buffer is gone then
     */
    public record Argument(String name, TensorType type, Layout layout, OptionalInt donatedTo) {}

    /** What it gives; type and layout as for arguments. */
    public record Result(String name, TensorType type, Layout layout) {}

    /** For whom a program is. */
    public enum Sharing {
        /** Each device runs it on its own part; what they tell each other is in the program. */
        REPLICAS,
        /** It is of whole tensors, which XLA's partitioner cuts as annotations of GSPMD say. */
        GSPMD,
        /** The same in the words of Shardy. */
        SHARDY
    }

    /**
     * How many devices run it together.
     *
     * @param count at least 1
     */
    public record Devices(Sharing sharing, int count) {
        public static final Devices ONE = new Devices(Sharing.REPLICAS, 1);

        public Devices {
            requireNonNull(sharing, "sharing is null");
            check(count >= 1, "a program runs on at least 1 device, got %d", count);
        }
    }

    /** Puts a program together. */
    public static final class Builder {
        private final Devices devices;
        private final ProgramBlock block = new ProgramBlock();
        private final List<Argument> arguments = new ArrayList<>();
        private final List<Result> results = new ArrayList<>();
        private final List<Value> values = new ArrayList<>();
        private final Map<String, Integer> donations = new HashMap<>();

        /** A program without arguments and results as yet. */
        public Builder(Devices devices) {
            this.devices = requireNonNull(devices, "devices are null");
        }

        /** The next argument. */
        public Value argument(String name, TensorType type, Layout layout) {
            check(arguments.stream().noneMatch(known -> known.name().equals(name)), "two arguments %s", name);
            arguments.add(new Argument(name, type, layout, OptionalInt.empty()));
            return block.parameter(type);
        }

        /** The next result. */
        public void result(String name, Value value, Layout layout) {
            check(results.stream().noneMatch(known -> known.name().equals(name)), "two results %s", name);
            results.add(new Result(name, value.type(), layout));
            values.add(value);
        }

        /**
         * The next result, which has the name of an argument, lies like it and takes its memory.
         *
         * @throws IllegalArgumentException when there is no such argument, or its type is another
         */
        public void replacement(String name, Value value) {
            Argument argument = arguments.stream()
                    .filter(known -> known.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no argument " + name));
            check(argument.type().equals(value.type()), "%s is %s, not %s", name, argument.type(), value.type());
            donations.put(name, results.size());
            result(name, value, argument.layout());
        }

        public Program build() {
            check(!results.isEmpty(), "a program without results");
            List<Argument> given = arguments.stream()
                    .map(argument -> donations.containsKey(argument.name())
                            ? new Argument(
                                    argument.name(),
                                    argument.type(),
                                    argument.layout(),
                                    OptionalInt.of(donations.get(argument.name())))
                            : argument)
                    .toList();
            List<Line.Name> names = new ArrayList<>();
            given.forEach(argument -> names.add(new Line.Name("%arg" + names.size(), argument.type())));
            Region body = new Lowering().region(block, names, values);
            return new Program(given, List.copyOf(results), devices, body);
        }
    }

    /** In the order in which they are given. */
    public List<Argument> arguments() {
        return arguments;
    }

    /** In the order in which they come. */
    public List<Result> results() {
        return results;
    }

    public Devices devices() {
        return devices;
    }

    /** {@code num_replicas} of the compiler's options. */
    public int replicas() {
        return devices.sharing() == Sharing.REPLICAS ? devices.count() : 1;
    }

    /** {@code num_partitions} of the compiler's options. */
    public int partitions() {
        return devices.sharing() == Sharing.REPLICAS ? 1 : devices.count();
    }

    /** {@code use_shardy_partitioner} of the compiler's options. */
    public boolean shardy() {
        return devices.sharing() == Sharing.SHARDY;
    }

    /**
     * Where an argument stands.
     *
     * @throws IllegalArgumentException when there is none of that name
     */
    public int argument(String name) {
        return index(arguments.stream().map(Argument::name).toList(), name);
    }

    /**
     * Where a result stands.
     *
     * @throws IllegalArgumentException when there is none of that name
     */
    public int result(String name) {
        return index(results.stream().map(Result::name).toList(), name);
    }

    private static int index(List<String> names, String name) {
        int index = names.indexOf(name);
        check(index >= 0, "the program has no %s; it has %s", name, names);
        return index;
    }

    Region body() {
        return body;
    }

    /** How many operations it has, those inside of loops once. */
    public int operations() {
        return count(body);
    }

    private static int count(Region region) {
        return region.lines().stream()
                .mapToInt(
                        line -> line instanceof Line.While loop ? 1 + count(loop.condition()) + count(loop.body()) : 1)
                .sum();
    }

    /** StableHLO as people read it, a module with the function {@code main}. */
    public String text() {
        return new StableHloText(this).write();
    }

    /**
     * The same in VHLO, the form whose operations keep their meaning in later versions.
     *
     * @throws IllegalArgumentException for annotations of Shardy, which it has no words for
     */
    public String versionedText() {
        return new VersionedText(this).write();
    }
}
