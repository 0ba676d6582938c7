package io.github.coda4j.cli.bench;

import io.github.coda4j.bench.LoadBench;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.LoadFlags;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.World;
import io.github.coda4j.model.LoadOptions;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code coda bench load}. */
@Command(
        name = "load",
        sortOptions = false,
        description = {
            "Time the loading of a checkpoint and compare the process's memory with its size.",
            "",
            "A file that was read before comes from the system's cache: run it twice for a warm disk.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda bench load --model models/coda-mini"})
final class BenchLoadCommand implements Callable<Integer> {
    private final World world;

    @Mixin
    ModelFlag model;

    @Mixin
    LoadFlags load;

    BenchLoadCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        Path path = model.folder(world);
        LoadOptions options = load.options(path, world, LoadFlags.Purpose.SPEED);
        LoadBench measured = LoadBench.measure(path, options);
        print("%s as %s, %s engine%n", path, options.format(), options.engine());
        print("load      %8.2f s, %.2f GB/s%n", measured.seconds(), measured.gigabytesPerSecond());
        print("weights   %8.2f GB on disk%n", measured.bytes() / 1e9);
        measured.resident()
                .ifPresent(now -> print(
                        "resident  %8.2f GB, %.2f x the weights on disk%n",
                        now / 1e9, (double) now / measured.bytes()));
        measured.ofFiles()
                .ifPresent(part -> print("of files  %8.2f GB of that, which the system may drop%n", part / 1e9));
        measured.highest().ifPresent(most -> print("highest   %8.2f GB while loading%n", most / 1e9));
        return ExitCodes.OK;
    }

    private void print(String format, Object... values) {
        world.out().printf(Locale.ROOT, format, values);
        world.out().flush();
    }
}
