package io.github.coda4j.weights;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.files.FileOutput;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.files.WholeFolder;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Writes a model folder that appears whole or not at all. Everything goes to a hidden folder {@code .NAME.partial}
 * beside the target, which gets its name in {@link #finish}. Closing without it, or a failure, removes the hidden
 * folder; what a killed process left there is never read and is removed by the next writer of the same target. For one
 * thread.
 */
public final class CheckpointWriter implements AutoCloseable {
    /** Shards of at most 4 GB, below the limits of common file systems and hubs. */
    public static final long DEFAULT_SHARD_BYTES = 4_000_000_000L;

    private final WholeFolder folder;
    private final ConfigFile config;
    private final ShardPlan plan;
    private final FileOutput.Factory factory;
    private final Map<String, ShardPlan.Shard> shardOf = new HashMap<>();
    private final Map<ShardPlan.Shard, SafetensorsWriter> writers = new HashMap<>();

    private CheckpointWriter(WholeFolder folder, ConfigFile config, ShardPlan plan, FileOutput.Factory factory) {
        this.folder = folder;
        this.config = config;
        this.plan = plan;
        this.factory = factory;
        for (ShardPlan.Shard shard : plan.shards()) {
            shard.tensors()
                    .forEach(tensor -> check(
                            shardOf.put(tensor.name(), shard) == null, "tensor %s is declared twice", tensor.name()));
        }
    }

    /**
     * Starts a folder.
     *
     * @param config becomes {@code config.json}
     * @param tensors in the order in which they are laid out over the shards
     * @param maxShardBytes largest sum of tensor bytes in one file; positive
     * @param overwrite whether an existing model folder may be replaced; folders that hold other things than a model
     *     never are
     * @throws CodaException when the folder is not empty and must not be replaced, or another process is writing it
     */
    public static CheckpointWriter create(
            Path folder, ConfigFile config, List<TensorDeclaration> tensors, long maxShardBytes, boolean overwrite) {
        return create(folder, config, tensors, maxShardBytes, overwrite, FileOutput::create);
    }

    static CheckpointWriter create(
            Path folder,
            ConfigFile config,
            List<TensorDeclaration> tensors,
            long maxShardBytes,
            boolean overwrite,
            FileOutput.Factory factory) {
        ShardPlan plan = ShardPlan.of(tensors, maxShardBytes);
        WholeFolder whole = WholeFolder.create(folder, "a model", ModelFiles::belongsToModel, overwrite);
        try {
            return new CheckpointWriter(whole, config, plan, factory);
        } catch (RuntimeException e) {
            whole.close();
            throw e;
        }
    }

    /** Appends little-endian, row-major bytes to a declared tensor; tensors may come in any order and interleaved. */
    public synchronized void append(String tensor, MemorySegment bytes) {
        checkOpen();
        ShardPlan.Shard shard = shardOf.get(tensor);
        check(shard != null, "tensor %s was not declared for %s", tensor, folder.target());
        guarded(() -> writer(shard).append(tensor, bytes));
    }

    private SafetensorsWriter writer(ShardPlan.Shard shard) {
        return writers.computeIfAbsent(
                shard,
                key -> SafetensorsWriter.create(
                        folder.file(key.fileName()),
                        key.tensors(),
                        SafetensorsWriter.PYTORCH_METADATA,
                        false,
                        factory));
    }

    /** Writes a further file of the folder, for example {@code generation_config.json}. */
    public synchronized void writeText(String fileName, String text) {
        checkOpen();
        checkCompanion(fileName);
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        guarded(() -> AtomicFiles.write(folder.file(fileName), bytes, factory));
    }

    /**
     * Lets somebody else write further files of the folder; they must bring them to the disk. A {@link CodaException}
     * of theirs discards the whole folder.
     *
     * @param writer is given the folder as long as it has no name
     */
    public synchronized void writeWith(Consumer<Path> writer) {
        checkOpen();
        guarded(() -> writer.accept(folder.file("")));
    }

    /**
     * Copies tokenizer, generation config, model card and licence files, those that exist, from another folder.
     *
     * @return the names of the copied files, sorted
     */
    public synchronized List<String> copyCompanions(Path from) {
        checkOpen();
        List<String> copied = new ArrayList<>();
        guarded(() -> {
            try {
                for (Path child : filesOf(from)) {
                    String name = child.getFileName().toString();
                    if (ModelFiles.isCompanion(name) && Files.isRegularFile(child)) {
                        AtomicFiles.write(folder.file(name), Files.readAllBytes(child), factory);
                        copied.add(name);
                    }
                }
            } catch (IOException e) {
                throw FileProblems.cannot("copy the tokenizer files from", from, e);
            }
        });
        copied.sort(null);
        return copied;
    }

    private static void checkCompanion(String fileName) {
        check(ModelFiles.isCompanion(fileName), "%s is no file of a model folder that can be written here", fileName);
    }

    /**
     * Brings everything to the disk and gives the folder its name; {@code config.json} comes last.
     *
     * @throws IllegalStateException when bytes of a declared tensor are missing
     */
    public synchronized void finish() {
        checkOpen();
        guarded(() -> {
            plan.shards().forEach(shard -> writer(shard).finish());
            if (plan.needsIndex()) {
                writePart(CheckpointFolder.INDEX, plan.index());
            }
            writePart(CheckpointFolder.CONFIG, config.json());
            folder.publish();
        });
    }

    private static List<Path> filesOf(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.toList();
        }
    }

    private void writePart(String name, String text) {
        AtomicFiles.write(folder.file(name), text.getBytes(java.nio.charset.StandardCharsets.UTF_8), factory);
    }

    /** Discards what was written unless {@link #finish} was called. */
    @Override
    public synchronized void close() {
        if (folder.isOpen()) {
            CodaException problem = abandon(new CodaException("cannot discard the unfinished " + folder.target()));
            if (problem.getSuppressed().length > 0) {
                throw problem;
            }
        }
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (CodaException e) {
            throw abandon(e);
        }
    }

    private CodaException abandon(CodaException problem) {
        try {
            writers.values().forEach(SafetensorsWriter::close);
        } catch (CodaException e) {
            problem.addSuppressed(e);
        }
        return folder.abandon(problem);
    }

    private void checkOpen() {
        if (!folder.isOpen()) {
            throw new IllegalStateException(folder.target() + " is finished or was given up");
        }
    }
}
