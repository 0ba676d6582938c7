package io.github.coda4j.cli.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.pjrt.BufferType;
import io.github.coda4j.pjrt.PjrtCode;
import io.github.coda4j.pjrt.PjrtPlugin;
import io.github.coda4j.pjrt.oracle.Failure;
import io.github.coda4j.pjrt.oracle.HostArray;
import io.github.coda4j.pjrt.oracle.JavaPlugin;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.ScriptedBackend;
import io.github.coda4j.testkit.TensorFile;
import io.github.coda4j.train.RankGroup;
import io.github.coda4j.train.RunFolder;
import io.github.coda4j.train.TrainConfig;
import io.github.coda4j.train.Training;
import io.github.coda4j.train.TrainingListener;
import io.github.coda4j.train.TrainingLoop;
import io.github.coda4j.train.TrainingResult;
import io.github.coda4j.train.device.Accelerator;
import io.github.coda4j.train.device.PluginName;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run on a device that a test plays: what the trainer keeps, and how it ends when the device does. */
@Tag("training")
@Timeout(600)
class TrainOnDeviceTest {
    /** Arguments of a step with AdamW before the parameters: rows, angles and scalars. */
    private static final int BEFORE = 9;

    /** Arguments of a measurement before the parameters, and all others. */
    private static final int MEASURED = 6;

    @TempDir
    static Path shared;

    private static TrainToy toy;

    @TempDir
    Path folder;

    @BeforeAll
    static void makeData() throws IOException {
        toy = TrainToy.make(shared);
    }

    /** Steps that add 1 to every parameter and give a loss of their number. */
    private static final class Steps implements UnaryOperator<List<List<HostArray>>> {
        private final AtomicInteger steps = new AtomicInteger();
        private final int last;
        private final float brokenLoss;
        private final int parameters;

        Steps(int last, float brokenLoss, int parameters) {
            this.last = last;
            this.brokenLoss = brokenLoss;
            this.parameters = parameters;
        }

        @Override
        public List<List<HostArray>> apply(List<List<HostArray>> arguments) {
            List<HostArray> given = arguments.getFirst();
            if (given.size() == MEASURED + parameters) {
                return List.of(List.of(scalar(1), scalar(2)));
            }
            int step = steps.incrementAndGet();
            if (step > last) {
                if (Float.isNaN(brokenLoss)) {
                    return List.of(results(given, brokenLoss, 0));
                }
                throw new Failure(PjrtCode.UNAVAILABLE, "chip 0 was reset");
            }
            return List.of(results(given, step, 1));
        }

        private static List<HostArray> results(List<HostArray> given, float loss, float more) {
            List<HostArray> results = new ArrayList<>(List.of(scalar(loss), scalar(2), scalar(3)));
            for (HostArray kept : given.subList(BEFORE, given.size())) {
                HostArray next = HostArray.zeros(kept.type(), kept.dims());
                for (long i = 0; i < kept.data().byteSize() / Float.BYTES; i++) {
                    float value = kept.data().getAtIndex(ValueLayout.JAVA_FLOAT, i);
                    next.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, value + more);
                }
                results.add(next);
            }
            return results;
        }

        private static HostArray scalar(float value) {
            HostArray array = HostArray.zeros(BufferType.F32, new long[0]);
            array.data().set(ValueLayout.JAVA_FLOAT, 0, value);
            return array;
        }
    }

    private static final int PARAMETERS = 13;

    private TrainConfig config(String out, String... more) throws IOException {
        List<String> overrides = new ArrayList<>(
                List.of("out=" + folder.resolve(out), "compute.threads=", "compute.device='pjrt:oracle'"));
        overrides.addAll(List.of(more));
        return TrainConfig.read(toy.config("pretrain"), overrides);
    }

    private TrainingResult train(TrainConfig config, Steps steps, RunFolder.Resume resume) {
        try (JavaPlugin plugin = new JavaPlugin(new ScriptedBackend(1, steps));
                Accelerator accelerator =
                        Accelerator.of(new PluginName.Oracle(), PjrtPlugin.of(plugin.api(), "script"))) {
            return Training.open(config, accelerator, TrainingListener.NONE).run(resume, () -> false);
        }
    }

    @Test
    void checkpoints_hold_what_the_device_has_and_a_run_goes_on_from_them() throws IOException {
        TrainConfig config = config("a");
        TrainingResult whole = train(config, new Steps(6, 0, PARAMETERS), RunFolder.Resume.NO);
        assertThat(whole.outcome()).isEqualTo(TrainingLoop.Outcome.FINISHED);
        assertThat(whole.loss()).hasValue(6);
        assertThat(whole.model()).isPresent();
        byte[] weights = Files.readAllBytes(whole.checkpoint().resolve("model.safetensors"));
        byte[] optimizer = Files.readAllBytes(whole.checkpoint().resolve("optimizer.safetensors"));
        float[] moment = TensorFile.read(whole.checkpoint().resolve("optimizer.safetensors"))
                .floats("first_moment");
        assertThat(IntStream.range(0, moment.length).filter(i -> moment[i] == 6).count())
                .as("numbers of the optimizer that are in their place")
                .isEqualTo(whole.parameters());
        TrainConfig other = config("b");
        assertThatThrownBy(() -> train(other, new Steps(5, 0, PARAMETERS), RunFolder.Resume.NO))
                .isInstanceOf(CodaException.class)
                .hasMessage("running a program failed (unavailable): chip 0 was reset; the last good checkpoint is "
                        + folder.resolve("b/checkpoints/step-0000004") + ", --resume goes on from it");
        TrainingResult second = train(other, new Steps(2, 0, PARAMETERS), RunFolder.Resume.SAME_CONFIG);
        assertThat(second.state().step()).isEqualTo(6);
        assertThat(second.checkpoint().resolve("model.safetensors")).hasBinaryContent(weights);
        assertThat(second.checkpoint().resolve("optimizer.safetensors")).hasBinaryContent(optimizer);
        assertThat(names(folder.resolve("b/checkpoints"))).contains("step-0000004", "step-0000006");
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void a_loss_that_is_not_finite_ends_the_run_and_writes_the_batch() throws IOException {
        TrainConfig config = config("c");
        assertThatThrownBy(() -> train(config, new Steps(3, Float.NaN, PARAMETERS), RunFolder.Resume.NO))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("its batch is in " + folder.resolve("c"))
                .hasMessageContaining("step-0000002");
    }

    @Test
    void a_training_on_a_plugin_needs_it_open_and_another_is_not_taken() throws IOException {
        TrainConfig config = config("d");
        assertThatThrownBy(() -> Training.open(config, RankGroup.alone(Device.CPU), TrainingListener.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the run computes on pjrt:oracle: open that and give it to the training");
        TrainConfig tpu = config("d", "compute.device=tpu");
        assertThatThrownBy(() -> train(tpu, new Steps(1, 0, PARAMETERS), RunFolder.Resume.NO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the config's compute.device is tpu, not pjrt:oracle");
    }

    @Test
    void the_command_says_what_a_device_lacks_before_anything_is_written() throws IOException {
        Path out = folder.resolve("e");
        Cli cli = new Cli();
        String config = toy.config("pretrain").toString();
        String[] command = {
            "train",
            "pretrain",
            "--config",
            config,
            "--out",
            out.toString(),
            "compute.threads=",
            "--device",
            "pjrt:oracle"
        };
        assertThat(cli.run(command)).isEqualTo(1);
        assertThat(cli.err()).contains("the oracle is not here", "scripts/fetch-oracle fetches it");
        String[] ranks =
                Stream.concat(Stream.of(command), Stream.of("--nproc", "2")).toArray(String[]::new);
        assertThat(cli.run(ranks)).isEqualTo(2);
        assertThat(cli.err()).contains("--nproc starts ranks of libtorch, but one process trains on pjrt:oracle");
        assertThat(cli.env("WORLD_SIZE", "2").run(command)).isEqualTo(2);
        assertThat(cli.err()).contains("WORLD_SIZE says that this is one rank of several");
        assertThat(out).doesNotExist();
    }
}
