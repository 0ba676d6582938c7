package io.github.coda4j.bench.serve;

import static io.github.coda4j.bench.Timing.median;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.bench.ProcessMemory;
import io.github.coda4j.bench.ProcessMemory.Parts;
import io.github.coda4j.bench.StepBench;
import io.github.coda4j.bench.serve.ServeReport.Aborted;
import io.github.coda4j.bench.serve.ServeReport.FirstPiece;
import io.github.coda4j.bench.serve.ServeReport.Idle;
import io.github.coda4j.bench.serve.ServeReport.Inside;
import io.github.coda4j.bench.serve.ServeReport.Throughput;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.tensor.Scope;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A server under load, as its clients see it, and as it sees itself where it is in this process. */
public final class ServeBench implements AutoCloseable {
    private static final int SESSIONS = 8;
    private static final int QUEUE = 64;
    private static final int TOKENS = 32;
    private static final int AT_ONCE = 16;
    private static final int LEAVES = 10;
    private static final int FIFTHS = 5;
    private static final int PEAK_ROUNDS = 8;
    /** Of so many mutated requests one leaves. */
    private static final int LEAVING = 50;

    private static final int LONG_TOKENS = 120;
    private static final int AFTER_PIECES = 3;
    private static final Duration UNTIL_EMPTY = Duration.ofSeconds(20);
    private static final Duration UNTIL_IDLE = Duration.ofSeconds(60);
    /** Longer than the silence after which the server says that it is still there. */
    private static final Duration IDLE = Duration.ofSeconds(13);

    private static final String BLOCKS = ",\"temperature\":0,\"block_length\":8,\"cache\":\"dual\"";

    private final URI address;
    private final Optional<ServedBench> own;
    private final List<String> clients;
    private final int patience;
    private final ServePlan plan;

    private ServeBench(URI address, Optional<ServedBench> own, List<String> clients, ServePlan plan) {
        this.address = address;
        this.own = own;
        this.clients = clients;
        this.plan = plan;
        this.patience = Math.toIntExact(plan.patience().toMillis());
    }

    /**
     * Measures a server that is started here.
     *
     * @param clients command of a process that runs {@link ClientOrders#run}: who puts on the mixed load and holds idle
     *     streams, so that memory is the server's
     * @throws CodaException when the folder holds no model that these options load
     */
    public static ServeBench start(Path folder, LoadOptions load, ServePlan plan, List<String> clients) {
        int queue = Math.max(Math.max(QUEUE, plan.clients()), plan.idleStreams());
        ServedBench own = ServedBench.start(folder, load, SESSIONS, queue);
        return new ServeBench(Exchange.address(own.address()), Optional.of(own), clients, plan);
    }

    /**
     * Measures a server that runs elsewhere.
     *
     * @param url {@code http://HOST:PORT}
     */
    public static ServeBench of(String url, ServePlan plan) {
        return new ServeBench(Exchange.address(url), Optional.empty(), List.of(), plan);
    }

    /** Where the server listens. */
    public URI address() {
        return address;
    }

    /**
     * Measures everything in the plan.
     *
     * @param progress is told what comes next
     * @throws CodaException when the server does not answer what it should
     */
    public ServeReport run(Consumer<String> progress) throws InterruptedException {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        progress.accept("each request alone");
        Map<Task, String> expected = new LinkedHashMap<>();
        for (Task task : Task.mixed(own.map(ServedBench::chats).orElse(true))) {
            expected.put(task, task.alone(address, patience));
        }
        progress.accept("one client and eight");
        Throughput decoding = throughput(Task.alike(SESSIONS, TOKENS, ",\"temperature\":0"));
        Throughput blocks = throughput(Task.alike(SESSIONS, TOKENS, BLOCKS));
        FirstPiece first = firstPiece();
        OptionalInt after = stepsAfterLeaving();
        progress.accept(plan.clients() + " clients for " + plan.time().toSeconds() + " s");
        List<Parts> memory = new ArrayList<>();
        ServeReport.Mixed mixed = mixed(expected, memory);
        progress.accept(plan.aborts() + " requests whose clients leave");
        Aborted aborted = aborts();
        Optional<Idle> idle = Optional.empty();
        if (plan.idleStreams() > 0) {
            progress.accept(plan.idleStreams() + " idle streams");
            idle = Optional.of(idle());
        }
        return new ServeReport(
                load < 0 ? OptionalDouble.empty() : OptionalDouble.of(load),
                decoding,
                blocks,
                first,
                mixed,
                memory,
                after,
                aborted,
                idle,
                peak());
    }

    /** Measured last, as what it allocates would be seen as the server's memory. */
    private OptionalDouble peak() {
        return own.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(StepBench.peak(own.get().load(), PEAK_ROUNDS));
    }

    /** @param memory is given what the server takes after each fifth of the time */
    private ServeReport.Mixed mixed(Map<Task, String> expected, List<Parts> memory) throws InterruptedException {
        if (own.isEmpty()) {
            return new MixedLoad(address, plan, expected).run(() -> {});
        }
        try (ClientProcess process = ClientProcess.start(clients)) {
            process.beginLoad(address, plan, own.get().chats(), List.copyOf(expected.values()));
            long begin = System.nanoTime();
            for (int i = 1; i <= FIFTHS; i++) {
                long at = begin + plan.time().toNanos() / FIFTHS * i;
                Thread.sleep(Duration.ofNanos(Math.max(0, at - System.nanoTime())));
                ProcessMemory.parts().ifPresent(memory::add);
            }
            return process.endOfLoad();
        }
    }

    private Throughput throughput(List<Task> tasks) throws InterruptedException {
        for (Task task : tasks) {
            task.alone(address, patience);
        }
        int rounds = plan.rounds();
        double[] one = new double[rounds];
        double[] eight = new double[rounds];
        double[] ratios = new double[rounds];
        double[] cpuOne = new double[rounds];
        double[] cpuEight = new double[rounds];
        double[] cpuRatios = new double[rounds];
        double[] packed = new double[rounds];
        double[] operationsOne = new double[rounds];
        double[] operationsEight = new double[rounds];
        int count = tasks.size();
        for (int round = 0; round < rounds; round++) {
            Taken alone = taken(tasks, 1);
            Taken together = taken(tasks, count);
            one[round] = count / alone.seconds;
            eight[round] = count / together.seconds;
            ratios[round] = alone.seconds / together.seconds;
            cpuOne[round] = 1e3 * alone.cpuSeconds / count;
            cpuEight[round] = 1e3 * together.cpuSeconds / count;
            cpuRatios[round] = alone.cpuSeconds / Math.max(1e-9, together.cpuSeconds);
            packed[round] = (double) together.sequences / Math.max(1, together.passes);
            operationsOne[round] = alone.operations / count;
            operationsEight[round] = together.operations / count;
        }
        Inside inside = new Inside(
                median(cpuOne),
                median(cpuEight),
                median(cpuRatios),
                median(packed),
                median(operationsOne),
                median(operationsEight));
        return new Throughput(
                median(one), median(eight), median(ratios), own.isPresent() ? Optional.of(inside) : Optional.empty());
    }

    /** What tasks took. */
    private record Taken(double seconds, double cpuSeconds, long passes, long sequences, double operations) {}

    private Taken taken(List<Task> tasks, int clients) throws InterruptedException {
        double cpu = cpuSeconds();
        long passes = passes();
        long sequences = sequences();
        double operations = operations();
        double seconds = seconds(tasks, clients);
        return new Taken(
                seconds, cpuSeconds() - cpu, passes() - passes, sequences() - sequences, operations() - operations);
    }

    private double operations() {
        return own.map(server -> server.network().operations()).orElse(0.0);
    }

    private long sequences() {
        return own.map(server -> server.network().sequences()).orElse(0L);
    }

    private long passes() {
        return own.map(server -> server.network().begun()).orElse(0L);
    }

    /** Of this process, the clients' included. */
    private static double cpuSeconds() {
        return ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toNanos()
                / 1e9;
    }

    /** How long that many clients take for all tasks. */
    private double seconds(List<Task> tasks, int clients) throws InterruptedException {
        long begin = System.nanoTime();
        try (ExecutorService threads =
                Executors.newFixedThreadPool(clients, Thread.ofVirtual().factory())) {
            List<Future<String>> answers = new ArrayList<>();
            for (Task task : tasks) {
                answers.add(threads.submit(() -> task.alone(address, patience)));
            }
            for (Future<String> answer : answers) {
                Futures.get(answer);
            }
        }
        return (System.nanoTime() - begin) / 1e9;
    }

    private FirstPiece firstPiece() throws InterruptedException {
        Task stream = Task.streamed("public static int max(int a, int b) {\n", TOKENS);
        try {
            int step = firstStep(stream.with("\"stream_options\":{\"diffusion\":true}"));
            long before = passes();
            long begin = System.nanoTime();
            double first = 0;
            long seen = 0;
            try (Exchange exchange = Exchange.send(address, stream.path(), stream.body(), patience)) {
                for (String line = exchange.nextLine(); line != null; line = exchange.nextLine()) {
                    if (first == 0 && !stream.piece(line).isEmpty()) {
                        first = (System.nanoTime() - begin) / 1e6;
                        seen = passes() - before;
                    }
                }
            }
            OptionalLong passes = own.isPresent() ? OptionalLong.of(seen) : OptionalLong.empty();
            return new FirstPiece(first, (System.nanoTime() - begin) / 1e6, step, passes);
        } catch (IOException e) {
            throw new CodaException("a stream broke off: " + e.getMessage(), e);
        }
    }

    /** The step after which the text begins with a token and not a mask. */
    private int firstStep(Task shown) throws IOException {
        try (Exchange exchange = Exchange.send(address, shown.path(), shown.body(), patience)) {
            for (String line = exchange.nextLine(); line != null; line = exchange.nextLine()) {
                JsonNode step = Task.event(line).path("diffusion");
                if (step.isObject() && isBegun(step)) {
                    return step.path("step").intValue() + 1;
                }
            }
        }
        throw new CodaException("a stream that shows its steps showed none that begins the text");
    }

    private static boolean isBegun(JsonNode step) {
        return step.path("commits")
                .valueStream()
                .anyMatch(token -> token.path("position").intValue() == 0);
    }

    /** Passes that begin after a client has left, the most of some; one is always under way when it leaves. */
    private OptionalInt stepsAfterLeaving() throws InterruptedException {
        if (own.isEmpty()) {
            return OptionalInt.empty();
        }
        ServedBench server = own.get();
        Task stream = Task.streamed("class A {\n", LONG_TOKENS);
        int most = 0;
        for (int i = 0; i < LEAVES; i++) {
            long left;
            try (Exchange exchange = Exchange.send(address, stream.path(), stream.body(), patience)) {
                int pieces = 0;
                for (String line = exchange.nextLine(); line != null && pieces < AFTER_PIECES; ) {
                    pieces += stream.piece(line).isEmpty() ? 0 : 1;
                    line = exchange.nextLine();
                }
                left = server.network().begun();
            } catch (IOException e) {
                throw new CodaException("a stream broke off: " + e.getMessage(), e);
            }
            awaitEmpty(server);
            most = Math.max(most, (int) (server.network().begun() - left));
        }
        return OptionalInt.of(most);
    }

    private Aborted aborts() throws InterruptedException {
        long tensors = Scope.liveCount();
        List<Task> tasks = Task.mixed(own.map(ServedBench::chats).orElse(true));
        int made = 0;
        while (made < plan.aborts()) {
            List<Exchange> all = new ArrayList<>();
            try {
                for (int i = 0; i < AT_ONCE && made < plan.aborts(); i++) {
                    Task task = tasks.get(made % tasks.size());
                    all.add(Exchange.send(address, task.path(), task.body(), patience));
                    made++;
                }
                Thread.sleep(made % 3 * 10L);
            } catch (IOException e) {
                throw new CodaException("cannot reach the server: " + e.getMessage(), e);
            } finally {
                all.forEach(Exchange::close);
            }
        }
        int sessions = own.map(ServeBench::awaitEmpty).orElseGet(this::sessions);
        OptionalLong more = own.isPresent() ? OptionalLong.of(Scope.liveCount() - tensors) : OptionalLong.empty();
        return new Aborted(made, sessions, more);
    }

    /**
     * Sends requests with something broken in them, some of which leave at once.
     *
     * @param recordings a folder of requests that are right
     * @throws CodaException when the folder cannot be read, or the server cannot be reached
     */
    public ServeReport.Mutated mutated(Path recordings, int requests) throws InterruptedException {
        Mutations mutations = Mutations.of(recordings, plan.seed());
        AtomicInteger faults = new AtomicInteger();
        AtomicReference<String> example = new AtomicReference<>("");
        try (ExecutorService threads =
                Executors.newFixedThreadPool(SESSIONS, Thread.ofVirtual().factory())) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < requests; i++) {
                Mutations.Request request = mutations.next();
                boolean leaves = i % LEAVING == 0;
                all.add(threads.submit(() -> fault(request, leaves).ifPresent(fault -> {
                    faults.incrementAndGet();
                    example.compareAndSet("", request.path() + " " + request.body() + ": " + fault);
                })));
            }
            for (Future<?> one : all) {
                Futures.get(one);
            }
        }
        int sessions = own.map(ServeBench::awaitEmpty).orElseGet(this::sessions);
        return new ServeReport.Mutated(requests, plan.seed(), faults.get(), example.get(), sessions);
    }

    /** What the server did wrong; a client that leaves does not see it. */
    private Optional<String> fault(Mutations.Request request, boolean leaves) {
        try (Exchange exchange = Exchange.send(address, request.path(), request.body(), patience)) {
            if (leaves) {
                return Optional.empty();
            }
            int status = exchange.status();
            String said = exchange.rest();
            return ServerFault.in(status, said) ? Optional.of(status + ": " + said) : Optional.empty();
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** What a server elsewhere says about itself, once it is at rest or has had the time. */
    private int sessions() {
        int[] last = {Integer.MAX_VALUE};
        await(UNTIL_EMPTY, () -> {
            last[0] = gauge("coda_answers_under_way");
            return last[0] == 0;
        });
        return last[0];
    }

    private int gauge(String name) {
        try (Exchange exchange = Exchange.send(address, "/metrics", "", patience)) {
            return exchange.rest()
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToInt(line -> (int) Double.parseDouble(line.substring(name.length() + 1)))
                    .findFirst()
                    .orElseThrow(() -> CodaException.of("%s/metrics has no %s", address, name));
        } catch (IOException e) {
            throw new CodaException("cannot reach the server: " + e.getMessage(), e);
        }
    }

    /** Waits for the end of all work; what is left of it. */
    private static int awaitEmpty(ServedBench server) {
        await(UNTIL_EMPTY, () -> server.underWay() == 0 && server.openCalls() == 0);
        return Math.max(server.underWay(), server.openCalls());
    }

    private static void await(Duration most, BooleanSupplier holds) {
        long end = System.nanoTime() + most.toNanos();
        while (!holds.getAsBoolean() && System.nanoTime() < end) {
            try {
                Thread.sleep(2);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private Idle idle() throws InterruptedException {
        ServedBench server = own.orElseThrow();
        Optional<Parts> before = atRest();
        try (ClientProcess process = ClientProcess.start(clients)) {
            server.network().hold();
            try {
                process.hold(address, plan);
                await(UNTIL_IDLE, () -> server.underWay() == plan.idleStreams());
                Thread.sleep(IDLE.toMillis());
                Idle idle = new Idle(server.openCalls(), before, atRest());
                process.leave(address, plan);
                return idle;
            } finally {
                server.network().release();
            }
        } finally {
            awaitEmpty(server);
        }
    }

    private static Optional<Parts> atRest() {
        System.gc();
        return ProcessMemory.parts();
    }

    @Override
    public void close() {
        own.ifPresent(ServedBench::close);
    }
}
