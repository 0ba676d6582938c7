package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.hlo.coda.Products;
import io.github.coda4j.hlo.coda.UpdateRule;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.model.training.LossSums;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.TrainedModel;
import io.github.coda4j.pjrt.PjrtClient;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.train.device.DeviceModel;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model that devices of a PJRT plugin compute. Its parameters in the host's memory are those of the last time that
 * somebody asked for them.
 */
final class DeviceLearner implements Learner, TrainedModel, RankOptimizer {
    private final TrainConfig config;
    private final ModelConfig modelConfig;
    private final ParameterStore host;
    private final DeviceModel device;
    private final List<OptimizerSettings.StateTensor> layout;
    private final PeakUse costs;
    private final Closing closing = new Closing();
    private long steps;
    private boolean stale;

    /**
     * Takes the parameters to the devices.
     *
     * @param host the parameters, which this does not own
     * @throws IllegalArgumentException when the config asks for what such devices do not do
     * @throws io.github.coda4j.CodaException when the devices do not take the model
     */
    DeviceLearner(TrainConfig config, ModelConfig modelConfig, ParameterStore host, PjrtClient client) {
        this.config = config;
        this.modelConfig = modelConfig;
        this.host = host;
        OptimizerSettings method = config.optimizer().method();
        this.layout = method.state(host, method.shards(host, 1));
        this.costs = PeakUse.uncompared(modelConfig, host.ownHead());
        this.device = DeviceModel.open(
                client,
                modelConfig,
                host,
                new DeviceModel.Settings(
                        config.batch().rows(),
                        config.batch().microRows(),
                        config.data().length(),
                        rule(method),
                        config.optimizer().clip(),
                        config.compute().precision().equals(WeightFormat.BF16) ? Products.BF16 : Products.F32,
                        config.compute().plugin().orElseThrow().distribution()));
    }

    private static UpdateRule rule(OptimizerSettings method) {
        return switch (method) {
            case AdamW.Settings s -> s.rule();
            case Adafactor.Settings s -> s.rule();
            default -> {
                check(false, "on a PJRT device optimizer.name must be adamw or adafactor: others are not compiled");
                throw new AssertionError();
            }
        };
    }

    @Override
    public TrainedModel model() {
        return this;
    }

    @Override
    public RankOptimizer optimizer() {
        return this;
    }

    @Override
    public Stepper steps(BatchFeed feed) {
        return () -> step(feed);
    }

    private StepMetrics step(BatchFeed feed) {
        long begin = System.nanoTime();
        StepBatch batch = feed.take();
        double rate = config.schedule().applyAsDouble(batch.step());
        DeviceModel.Outcome outcome = device.step(batch.masked(), steps + 1, rate); // all of it, in one program
        double norm = outcome.gradientNorm();
        double loss = outcome.sums().loss();
        if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
            throw new TrainingDivergedException(batch, loss, norm);
        }
        steps++;
        stale = true;
        long nanos = System.nanoTime() - begin;
        return StepMetrics.of(
                batch,
                new StepMetrics.Totals(outcome.sums(), batch.maskable(), batch.applied()),
                norm,
                Math.min(1, config.optimizer().clip() / norm),
                rate,
                nanos,
                feed.waitedNanos(),
                costs.share(costs.operations(batch), nanos));
    }

    @Override
    public ModelConfig config() {
        return modelConfig;
    }

    @Override
    public ParameterStore parameters() {
        if (stale) {
            device.readParameters(host);
            stale = false;
        }
        return host;
    }

    @Override
    public LossSums evaluate(MaskedBatch batch) {
        return device.evaluate(batch);
    }

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public int worldSize() {
        return 1;
    }

    @Override
    public double[] sum(double... values) {
        return values.clone();
    }

    @Override
    public long steps() {
        return steps;
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        layout.forEach(tensor -> state.put(tensor.name(), Tensor.zeros(DType.F32, Device.CPU, tensor.size())));
        device.readState((name, values) -> part(state, name).copyFrom(values));
        return state;
    }

    @Override
    public void restore(long newSteps, Map<String, Tensor> saved) {
        OptimizerState.check(saved, layout);
        device.writeState(name -> part(saved, name));
        steps = newSteps;
    }

    /**
     * Where a device's tensor lies in a checkpoint's: under its own name, or, where the checkpoint has one tensor for
     * all parameters, in the place of its parameter.
     */
    private MemorySegment part(Map<String, Tensor> state, String name) {
        Tensor own = state.get(name);
        if (own != null) {
            return own.memory();
        }
        int dot = name.indexOf('.');
        ParameterStore.Slice slice = host.slice(name.substring(dot + 1));
        return state.get(name.substring(0, dot))
                .memory()
                .asSlice(slice.offset() * Float.BYTES, slice.size() * Float.BYTES);
    }

    @Override
    public int rowsAtATime() {
        return device.settings().atATime();
    }

    @Override
    public void close() {
        closing.once(device::close);
    }
}
