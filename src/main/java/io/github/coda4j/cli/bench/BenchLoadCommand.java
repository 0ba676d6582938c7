package io.github.coda4j.cli.bench;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.LoadFlags;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.World;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.weights.CheckpointFolder;
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
        footer = {"  coda bench load --model models/coda-int8"})
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
        long begin = System.nanoTime();
        long size;
        Transformer transformer;
        try (CheckpointFolder folder = CheckpointFolder.open(path)) {
            size = folder.totalBytes();
            transformer = Transformer.open(folder, options);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.gc();
        print("%s as %s, %s engine%n", path, options.precision(), options.engine());
        print("load      %8.2f s, %.2f GB/s%n", seconds, size / seconds / 1e9);
        print("weights   %8.2f GB on disk%n", size / 1e9);
        ProcessMemory.resident()
                .ifPresent(now ->
                        print("resident  %8.2f GB, %.2f x the weights on disk%n", now / 1e9, (double) now / size));
        ProcessMemory.highest().ifPresent(most -> print("highest   %8.2f GB while loading%n", most / 1e9));
        transformer.close();
        return ExitCodes.OK;
    }

    private void print(String format, Object... values) {
        world.out().printf(Locale.ROOT, format, values);
        world.out().flush();
    }
}
