package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.ParameterWriter;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.weights.SafetensorsFile;
import io.github.coda4j.weights.SafetensorsWriter;
import io.github.coda4j.weights.TensorDeclaration;
import io.github.coda4j.weights.TensorEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints of a run, one folder {@code step-0000123} each, which appears whole or not at all: a model folder
 * with the exact F32 parameters (and the tokenizer, so that every command opens it), the optimizer's state, where the
 * run stands and its config.
 */
public final class Checkpoints {
    static final String OPTIMIZER = "optimizer.safetensors";
    static final String CONFIG = "train-config.yaml";

    private static final Pattern NAME = Pattern.compile("step-(\\d{7,})");
    private static final Pattern LEFTOVER = Pattern.compile("\\.+step-\\d{7,}\\.(partial|old|removed)");

    private final Path folder;
    private final int keepLast;

    /**
     * Checkpoints in a folder, which need not exist yet.
     *
     * @param keepLast how many of the newest are kept besides the best; at least 1
     */
    public Checkpoints(Path folder, int keepLast) {
        check(keepLast > 0, "at least 1 checkpoint is kept, got %d", keepLast);
        this.folder = folder;
        this.keepLast = keepLast;
    }

    /** Removes what killed processes left: hidden, unfinished folders. Only for the one process that writes here. */
    public void removeLeftovers() {
        children().stream()
                .filter(child ->
                        LEFTOVER.matcher(child.getFileName().toString()).matches())
                .forEach(AtomicFiles::deleteLeftover);
    }

    /** All finished checkpoints, oldest first. */
    public List<Path> all() {
        return children().stream()
                .filter(child -> NAME.matcher(child.getFileName().toString()).matches() && Files.isDirectory(child))
                .sorted(Comparator.comparingLong(Checkpoints::step))
                .toList();
    }

    public Optional<Path> newest() {
        List<Path> all = all();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    /** The folder of a step. */
    public Path of(long step) {
        return folder.resolve(String.format(Locale.ROOT, "step-%07d", step));
    }

    /**
     * Writes a checkpoint, then removes those that are neither among the newest nor the best.
     *
     * @param optimizer the optimizer's state
     * @param tokenizer folder whose tokenizer files go along
     * @param configYaml the effective config
     * @throws CodaException when it cannot be written, for example on a full disk; older checkpoints are as they were
     */
    public Path write(
            RunState state,
            ParameterStore parameters,
            ModelConfig config,
            Map<String, Tensor> optimizer,
            Optional<Path> tokenizer,
            String configYaml) {
        Path target = of(state.step());
        ParameterWriter.write(parameters, config, DType.F32, tokenizer, target, false, partial -> {
            writeTensors(partial.resolve(OPTIMIZER), optimizer);
            AtomicFiles.writeText(partial.resolve(CONFIG), configYaml);
            state.write(partial);
        });
        prune(state);
        return target;
    }

    private static void writeTensors(Path file, Map<String, Tensor> tensors) {
        List<TensorDeclaration> declarations = new ArrayList<>();
        tensors.forEach(
                (name, tensor) -> declarations.add(new TensorDeclaration(name, tensor.dtype(), tensor.shape())));
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(file, declarations, SafetensorsWriter.PYTORCH_METADATA, false)) {
            tensors.forEach((name, tensor) -> {
                try (Scope _ = Scope.open()) {
                    writer.append(name, tensor.to(Device.CPU).contiguous().memory());
                }
            });
            writer.finish();
        }
    }

    private void prune(RunState state) {
        List<Path> all = all();
        all.subList(0, Math.max(0, all.size() - keepLast)).stream()
                .filter(old -> step(old) != state.bestStep())
                .forEach(AtomicFiles::removeFolder);
    }

    /**
     * Gives an optimizer its state in a checkpoint.
     *
     * @throws CodaException when the file is broken or does not fit the optimizer
     */
    public static void restore(Path checkpoint, RankOptimizer optimizer) {
        RunState state = RunState.read(checkpoint);
        try (Scope _ = Scope.open();
                SafetensorsFile file = SafetensorsFile.open(checkpoint.resolve(OPTIMIZER))) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (TensorEntry entry : file.entries().values()) {
                Tensor tensor = Tensor.empty(entry.dtype(), Device.CPU, entry.shape());
                file.read(entry, tensor.memory());
                tensors.put(entry.name(), tensor);
            }
            optimizer.restore(state.step(), tensors);
        }
    }

    private static long step(Path checkpoint) {
        return Long.parseLong(checkpoint.getFileName().toString().replace("step-", ""));
    }

    private List<Path> children() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.toList();
        } catch (IOException e) {
            throw new CodaException("cannot read " + folder + ": " + e.getMessage(), e);
        }
    }
}
