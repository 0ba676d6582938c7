package io.github.coda4j.cli.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.bench.RankBench;
import io.github.coda4j.bench.Timing;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.World;
import io.github.coda4j.tensor.Device;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code coda bench ranks}. */
@Command(
        name = "ranks",
        sortOptions = false,
        description = {
            "Time what ranks send each other when they train: a sum over all of them, and a copy from one to all. "
                    + "Sums are checked.",
            "",
            "The ranks are those of RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT; without these, this process "
                    + "alone. NCCL on cuda, Gloo on the cpu.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  coda bench ranks", "  coda bench ranks --device cuda --megabytes 256 --json"})
final class BenchRanksCommand implements Callable<Integer> {
    private final World world;

    @Option(names = "--device", paramLabel = "DEVICE", description = "cpu, cuda or cuda:INDEX (default: cpu).")
    String device = "cpu";

    @Option(names = "--megabytes", paramLabel = "N", description = "Size of what is sent (default: 64).")
    int megabytes = 64;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Timed rounds, of which the median counts (default: 5).")
    int rounds = 5;

    @Option(names = "--json", description = "Print a line of JSON, times in seconds.")
    boolean json;

    BenchRanksCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        RankBench.Result result =
                RankBench.measure(world.environment(), Device.parse(device), megabytes, new Timing(1, rounds));
        if (result.rank() != 0) {
            return ExitCodes.OK;
        }
        if (json) {
            ObjectNode line = JsonNodeFactory.instance.objectNode();
            line.put("ranks", result.ranks());
            line.put("bytes", result.bytes());
            line.put("all_reduce_seconds", result.allReduceSeconds());
            line.put("broadcast_seconds", result.broadcastSeconds());
            world.out().println(line);
        } else {
            world.out()
                    .printf(
                            Locale.ROOT,
                            "%d rank(s), %d MB: sum %.2f ms (%.1f GB/s), copy %.2f ms (%.1f GB/s)%n",
                            result.ranks(),
                            megabytes,
                            1e3 * result.allReduceSeconds(),
                            result.bytes() / result.allReduceSeconds() / 1e9,
                            1e3 * result.broadcastSeconds(),
                            result.bytes() / result.broadcastSeconds() / 1e9);
        }
        return ExitCodes.OK;
    }
}
