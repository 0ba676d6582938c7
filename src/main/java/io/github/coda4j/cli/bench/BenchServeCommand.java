package io.github.coda4j.cli.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.bench.ProcessMemory.Parts;
import io.github.coda4j.bench.serve.ServeBench;
import io.github.coda4j.bench.serve.ServePlan;
import io.github.coda4j.bench.serve.ServeReport;
import io.github.coda4j.cli.EntryPoint;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.HeapKeeper;
import io.github.coda4j.cli.LoadFlags;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.World;
import io.github.coda4j.files.Json;
import io.github.coda4j.generate.ModelStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda bench serve}. */
@Command(
        name = "serve",
        sortOptions = false,
        description = {
            "Put a server under load and report what its clients see: answers that are hung, lost or wrong (other "
                    + "than when nothing else runs), memory, how fast it says that it lives, what eight clients at "
                    + "once get beside one, and what is left of clients that leave.",
            "",
            "The server is started in this process; the clients of the mixed load and of idle streams have one of "
                    + "their own, so that memory is the server's. Or it is the one at --base-url, of which less is "
                    + "seen. Exit code 1 when anything was hung, lost or wrong, or is left.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda bench serve --minutes 0.5",
            "  coda bench serve --minutes 5 --aborts 1000 --idle-streams 4000 --mutated 10000 --json",
            "  coda bench serve --base-url http://127.0.0.1:8000"
        })
final class BenchServeCommand implements Callable<Integer> {
    private static final double MEGA = 1e6;
    private static final double GIGA = 1e9;
    private static final double MILLIS_PER_MINUTE = 60_000;

    private final World world;

    @Mixin
    ModelFlag model;

    @Option(
            names = "--base-url",
            paramLabel = "URL",
            description = "Measure the server at http://HOST:PORT instead of starting one.")
    Optional<String> baseUrl = Optional.empty();

    @Option(
            names = "--clients",
            paramLabel = "N",
            description = "Clients of the mixed load: chats, holes, streams, some of which leave or read slowly "
                    + "(default: ${DEFAULT-VALUE}).")
    int clients = 64;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            description = "How long they ask, a fraction too (default: ${DEFAULT-VALUE}).")
    double minutes = 1;

    @Option(
            names = "--aborts",
            paramLabel = "N",
            description = "Requests whose clients leave, afterwards (default: ${DEFAULT-VALUE}).")
    int aborts = 1000;

    @Option(
            names = "--idle-streams",
            paramLabel = "N",
            description = "Streams that wait for the model at the same time, at the end (default: ${DEFAULT-VALUE}).")
    int idleStreams;

    @Option(
            names = "--mutated",
            paramLabel = "N",
            description = "Requests with something broken in them, at the end (default: ${DEFAULT-VALUE}).")
    int mutated;

    @Option(
            names = "--recordings",
            paramLabel = "DIR",
            description = "Folder of the requests that --mutated breaks (default: those of the project's tests).")
    Optional<Path> recordings = Optional.empty();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "How often one client is compared with eight; medians count (default: ${DEFAULT-VALUE}).")
    int rounds = 5;

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            description = "Without a byte for so long a request is hung (default: ${DEFAULT-VALUE}).")
    int patience = 120;

    @Option(names = "--seed", paramLabel = "N", description = "What clients do (default: ${DEFAULT-VALUE}).")
    long seed = 1;

    @Option(names = "--json", description = "Print JSON instead of lines.")
    boolean json;

    @Mixin
    LoadFlags load;

    BenchServeCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        check(minutes > 0 && minutes <= 24 * 60, "--minutes must be above 0 and at most 1440, got %s", minutes);
        check(patience >= 1 && patience <= 86_400, "--patience must be 1 to 86400 seconds, got %d", patience);
        check(
                baseUrl.isEmpty() || idleStreams == 0,
                "--idle-streams is for a server that is started here: leave it or --base-url out");
        check(
                baseUrl.isEmpty() || model.name().isEmpty(),
                "--model is for a server that is started here: leave it or --base-url out");
        check(mutated >= 0, "--mutated must be 0 or positive, got %d", mutated);
        check(recordings.isEmpty() || mutated > 0, "--recordings has no effect without --mutated N");
        ServePlan plan = new ServePlan(
                clients,
                Duration.ofMillis(Math.max(1, Math.round(minutes * MILLIS_PER_MINUTE))),
                aborts,
                idleStreams,
                rounds,
                Duration.ofSeconds(patience),
                seed);
        try (HeapKeeper _ = HeapKeeper.start();
                ServeBench bench = open(plan)) {
            ServeReport report = bench.run(world::note);
            Optional<ServeReport.Mutated> broken = mutated(bench);
            Map<String, Object> map = map(report);
            broken.ifPresent(of -> map.put("mutated", map(of)));
            String text = text(report) + broken.map(BenchServeCommand::text).orElse("");
            world.out().print(json ? Json.pretty(Json.of(map)) : text);
            world.out().flush();
            boolean stands = broken.stream().allMatch(of -> of.faults() + of.sessions() == 0);
            return isGood(report) && stands ? ExitCodes.OK : ExitCodes.FAILED;
        } catch (InterruptedException e) {
            throw new CancellationException("interrupted");
        }
    }

    private Optional<ServeReport.Mutated> mutated(ServeBench bench) throws InterruptedException {
        if (mutated == 0) {
            return Optional.empty();
        }
        world.note(mutated + " requests with something broken in them");
        return Optional.of(bench.mutated(recordings.orElseGet(this::ofTests), mutated));
    }

    private Path ofTests() {
        String home = world.systemProperties().getOrDefault(ModelStore.HOME, ".");
        return Path.of(home).resolve("src/test/resources/golden/serve");
    }

    private static String text(ServeReport.Mutated of) {
        StringBuilder text = new StringBuilder();
        line(
                text,
                "mutated requests",
                "%d with seed %d: %d faults of the server, %d sessions left",
                of.requests(),
                of.seed(),
                of.faults(),
                of.sessions());
        if (!of.example().isEmpty()) {
            line(text, "", "%s", of.example());
        }
        return text.toString();
    }

    private static Map<String, Object> map(ServeReport.Mutated of) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("requests", of.requests());
        map.put("seed", of.seed());
        map.put("faults", of.faults());
        map.put("sessions_left", of.sessions());
        map.put("example", of.example());
        return map;
    }

    private ServeBench open(ServePlan plan) {
        if (baseUrl.isPresent()) {
            return ServeBench.of(baseUrl.get(), plan);
        }
        Path folder = ModelFlag.folder(model.name(), world);
        return ServeBench.start(
                folder,
                load.options(folder, world, LoadFlags.Purpose.SPEED),
                plan,
                EntryPoint.command(List.of("bench", ServeClientsCommand.NAME)));
    }

    private static boolean isGood(ServeReport report) {
        ServeReport.Mixed mixed = report.mixed();
        return mixed.hung() + mixed.wrong() + mixed.lost() == 0
                && report.aborted().sessions() == 0
                && report.aborted().tensors().orElse(0) <= 0;
    }

    private static String text(ServeReport report) {
        ServeReport.Mixed mixed = report.mixed();
        ServeReport.Percentiles health = mixed.healthMillis();
        StringBuilder text = new StringBuilder();
        report.loadAverage().ifPresent(average -> line(text, "load average", "%.1f at the beginning", average));
        line(text, "full sequences", "%s", throughput(report.decoding()));
        bound(text, report.decoding(), report.peak());
        line(text, "cached blocks", "%s", throughput(report.blocks()));
        bound(text, report.blocks(), report.peak());
        line(
                text,
                "first text",
                "after %.0f of %.0f ms; committed by step %d%s",
                report.firstPiece().millis(),
                report.firstPiece().allMillis(),
                report.firstPiece().step(),
                report.firstPiece().passes().isPresent()
                        ? ", read when pass " + report.firstPiece().passes().getAsLong() + " had begun"
                        : "");
        line(
                text,
                "mixed load",
                "%d requests: %d answered, %d left, %d refused; %d hung, %d wrong, %d lost",
                mixed.requests(),
                mixed.answered(),
                mixed.left(),
                mixed.refused(),
                mixed.hung(),
                mixed.wrong(),
                mixed.lost());
        if (!mixed.example().isEmpty()) {
            line(text, "", "%s", mixed.example());
        }
        if (!report.memory().isEmpty()) {
            line(text, "memory", "%s", memory(report.memory()));
        }
        line(
                text,
                "/health beside it",
                "%.1f ms in the middle, %.1f ms at the 99th percentile, %.1f ms at most; before it %.1f, %.1f and %.1f",
                health.p50(),
                health.p99(),
                health.highest(),
                mixed.healthAlone().p50(),
                mixed.healthAlone().p99(),
                mixed.healthAlone().highest());
        report.stepsAfterLeaving()
                .ifPresent(steps -> line(text, "client gone", "at most %d passes began after it", steps));
        line(
                text,
                "aborted requests",
                "%d leave %d sessions%s",
                report.aborted().requests(),
                report.aborted().sessions(),
                report.aborted().tensors().isPresent()
                        ? " and " + report.aborted().tensors().getAsLong() + " live tensors"
                        : "");
        report.idle()
                .ifPresent(idle -> line(
                        text,
                        "idle streams",
                        "%d open: %s; before %s",
                        idle.open(),
                        idle.during().map(BenchServeCommand::parts).orElse("memory unknown"),
                        idle.before().map(BenchServeCommand::parts).orElse("unknown")));
        return text.toString();
    }

    private static String throughput(ServeReport.Throughput of) {
        return String.format(
                Locale.ROOT,
                "%.2f answers/s of one client, %.2f of eight: %.2fx%s",
                of.one(),
                of.eight(),
                of.ratio(),
                of.inside().map(BenchServeCommand::inside).orElse(""));
    }

    /** What a machine that did nothing but its best product would answer, and how far that is away. */
    private static void bound(StringBuilder text, ServeReport.Throughput of, OptionalDouble peak) {
        if (of.inside().isEmpty() || peak.isEmpty()) {
            return;
        }
        double bound = peak.getAsDouble() / of.inside().get().operationsEight();
        line(
                text,
                "",
                "%.1f GFLOP an answer; this machine's best product does %.0f a second, so %.0f answers/s at most: "
                        + "one client has %.0f %%, eight have %.0f %%, twice one would be %.0f %%",
                of.inside().get().operationsEight() / GIGA,
                peak.getAsDouble() / GIGA,
                bound,
                100 * of.one() / bound,
                100 * of.eight() / bound,
                200 * of.one() / bound);
    }

    private static String inside(ServeReport.Inside of) {
        return String.format(
                Locale.ROOT,
                "; processor %.0f and %.0f ms an answer: %.2fx; %.1f sequences in a pass",
                of.cpuMillisOne(),
                of.cpuMillisEight(),
                of.cpuRatio(),
                of.packed());
    }

    private static String memory(List<Parts> fifths) {
        double first = fifths.getFirst().resident();
        double last = fifths.getLast().resident();
        return String.format(
                Locale.ROOT,
                "%s MB resident after each fifth of it (%+.1f%%); at its end %s",
                fifths.stream()
                        .map(parts -> String.format(Locale.ROOT, "%.0f", parts.resident() / MEGA))
                        .collect(Collectors.joining(", ")),
                100 * last / first - 100,
                parts(fifths.getLast()));
    }

    private static String parts(Parts parts) {
        return String.format(
                Locale.ROOT,
                "%.0f MB resident (files %.0f, heap %.0f of which %.0f in use, other %.0f)",
                parts.resident() / MEGA,
                parts.files() / MEGA,
                parts.heap() / MEGA,
                parts.used() / MEGA,
                parts.other() / MEGA);
    }

    private static Map<String, Object> map(Parts parts) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("resident", parts.resident());
        map.put("files", parts.files());
        map.put("heap", parts.heap());
        map.put("heap_used", parts.used());
        map.put("other", parts.other());
        return map;
    }

    private static void line(StringBuilder text, String name, String format, Object... values) {
        text.append(String.format(Locale.ROOT, "%-18s %s%n", name, String.format(Locale.ROOT, format, values)));
    }

    private static Map<String, Object> map(ServeReport report) {
        ServeReport.Mixed mixed = report.mixed();
        ServeReport.Percentiles health = mixed.healthMillis();
        Map<String, Object> map = new LinkedHashMap<>();
        put(map, "load_average", report.loadAverage());
        put(map, "peak_operations_per_second", report.peak());
        map.put("full_sequences", map(report.decoding()));
        map.put("cached_blocks", map(report.blocks()));
        Map<String, Object> first = new LinkedHashMap<>();
        first.put("ms", report.firstPiece().millis());
        first.put("all_ms", report.firstPiece().allMillis());
        first.put("committed_by_step", report.firstPiece().step());
        put(first, "read_at_pass", report.firstPiece().passes());
        map.put("first_text", first);
        map.putAll(mixed.fates());
        map.put("memory", report.memory().stream().map(BenchServeCommand::map).toList());
        map.put("health_ms_p50_before", mixed.healthAlone().p50());
        map.put("health_ms_p99_before", mixed.healthAlone().p99());
        map.put("health_ms_p50", health.p50());
        map.put("health_ms_p99", health.p99());
        map.put("health_ms_most", health.highest());
        report.stepsAfterLeaving().ifPresent(steps -> map.put("passes_after_leaving", steps));
        map.put("aborted", report.aborted().requests());
        map.put("sessions_left", report.aborted().sessions());
        put(map, "tensors_left", report.aborted().tensors());
        report.idle().ifPresent(idle -> {
            map.put("idle_streams", idle.open());
            idle.before().ifPresent(parts -> map.put("memory_before_idle", map(parts)));
            idle.during().ifPresent(parts -> map.put("memory_idle", map(parts)));
        });
        return map;
    }

    private static Map<String, Object> map(ServeReport.Throughput of) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("answers_per_second_1", of.one());
        map.put("answers_per_second_8", of.eight());
        map.put("ratio", of.ratio());
        of.inside().ifPresent(inside -> {
            map.put("cpu_ms_1", inside.cpuMillisOne());
            map.put("cpu_ms_8", inside.cpuMillisEight());
            map.put("cpu_ratio", inside.cpuRatio());
            map.put("sequences_in_a_pass", inside.packed());
            map.put("operations_1", inside.operationsOne());
            map.put("operations_8", inside.operationsEight());
        });
        return map;
    }

    private static void put(Map<String, Object> map, String name, OptionalLong value) {
        value.ifPresent(number -> map.put(name, number));
    }

    private static void put(Map<String, Object> map, String name, OptionalDouble value) {
        value.ifPresent(number -> map.put(name, number));
    }
}
