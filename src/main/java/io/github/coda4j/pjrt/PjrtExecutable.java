package io.github.coda4j.pjrt;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** A program compiled for one device or several that run it together. */
public final class PjrtExecutable implements AutoCloseable {
    private static final String DOING = "running a program";

    private final PjrtClient client;
    private final MemorySegment handle;
    private final int devices;
    private final int outputs;
    private final Closing closing = new Closing();

    PjrtExecutable(PjrtClient client, MemorySegment handle, int devices) {
        this.client = client;
        this.handle = handle;
        this.devices = devices;
        this.outputs = numOutputs();
    }

    private int numOutputs() {
        PjrtApi api = client.api();
        String doing = "counting a program's results";
        try (Arena arena = Arena.ofConfined()) {
            PjrtArguments loaded = PjrtArguments.of(PjrtStruct.LOADED_EXECUTABLE_GET_EXECUTABLE, arena)
                    .set("loaded_executable", handle);
            api.call(PjrtFunction.LOADED_EXECUTABLE_GET_EXECUTABLE, loaded, doing);
            MemorySegment executable = loaded.pointer("executable");
            try {
                PjrtArguments count = PjrtArguments.of(PjrtStruct.EXECUTABLE_NUM_OUTPUTS, arena)
                        .set("executable", executable);
                api.call(PjrtFunction.EXECUTABLE_NUM_OUTPUTS, count, doing);
                return Math.toIntExact(count.number("num_outputs"));
            } finally {
                api.call(PjrtFunction.EXECUTABLE_DESTROY, "executable", executable, doing);
            }
        }
    }

    /** How many results a run has on each device. */
    public int outputs() {
        return outputs;
    }

    /** How many devices run it together. */
    public int devices() {
        return devices;
    }

    /**
     * Runs it on one device; waits until it is done.
     *
     * @return the results, which the caller closes
     * @throws PjrtException when an argument does not fit or was donated before, or the device fails
     */
    public List<PjrtBuffer> run(List<PjrtBuffer> arguments) {
        return runTogether(List.of(arguments)).getFirst();
    }

    /**
     * Runs it on all its devices; waits until all are done.
     *
     * @param arguments of each device, in the order of the program's device ids; those that the program donates are
     *     dead afterwards
     * @return the results of each device, which the caller closes
     * @throws PjrtException when an argument does not fit or was donated before, or a device fails; nothing is to be
     *     closed then
     */
    public List<List<PjrtBuffer>> runTogether(List<List<PjrtBuffer>> arguments) {
        closing.checkOpen("the program");
        check(
                arguments.size() == devices,
                "the program runs on %d devices, got arguments of %d",
                devices,
                arguments.size());
        int count = arguments.getFirst().size();
        check(
                arguments.stream().allMatch(list -> list.size() == count),
                "all devices need as many arguments as the first, %d",
                count);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment inputs = table(arena, count);
            MemorySegment results = table(arena, outputs);
            for (int d = 0; d < devices; d++) {
                for (int i = 0; i < count; i++) {
                    row(inputs, d, count)
                            .setAtIndex(
                                    ValueLayout.ADDRESS,
                                    i,
                                    arguments.get(d).get(i).handle());
                }
            }
            MemorySegment events = arena.allocate(ValueLayout.ADDRESS, devices);
            PjrtArguments options = PjrtArguments.of(PjrtStruct.EXECUTE_OPTIONS, arena);
            PjrtArguments execute = PjrtArguments.of(PjrtStruct.LOADED_EXECUTABLE_EXECUTE, arena)
                    .set("executable", handle)
                    .set("options", options.memory())
                    .set("argument_lists", inputs)
                    .set("num_devices", devices)
                    .set("num_args", count)
                    .set("output_lists", results)
                    .set("device_complete_events", events);
            client.api().call(PjrtFunction.LOADED_EXECUTABLE_EXECUTE, execute, DOING);
            List<List<PjrtBuffer>> made = new ArrayList<>();
            for (int d = 0; d < devices; d++) {
                made.add(client.taken(row(results, d, outputs), outputs));
            }
            awaitAll(events, made);
            return made;
        }
    }

    /** Waits for every device, also when one fails; then its results are freed. */
    private void awaitAll(MemorySegment events, List<List<PjrtBuffer>> made) {
        PjrtException first = null;
        for (int d = 0; d < devices; d++) {
            try {
                client.await(events.getAtIndex(ValueLayout.ADDRESS, d), DOING);
            } catch (PjrtException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            made.forEach(Closing::all);
            throw first;
        }
    }

    /** Room for a list of pointers per device, and pointers to these lists. */
    private MemorySegment table(Arena arena, int count) {
        MemorySegment lists = arena.allocate(ValueLayout.ADDRESS, devices);
        for (int d = 0; d < devices; d++) {
            lists.setAtIndex(ValueLayout.ADDRESS, d, arena.allocate(ValueLayout.ADDRESS, Math.max(1, count)));
        }
        return lists;
    }

    @SuppressWarnings("restricted") // gives a pointer its size back
    private static MemorySegment row(MemorySegment table, int device, int count) {
        return table.getAtIndex(ValueLayout.ADDRESS, device).reinterpret(count * ValueLayout.ADDRESS.byteSize());
    }

    /** Gives the program back. */
    @Override
    public void close() {
        closing.once(() -> client.free(this, PjrtFunction.LOADED_EXECUTABLE_DESTROY, "executable", handle));
    }
}
