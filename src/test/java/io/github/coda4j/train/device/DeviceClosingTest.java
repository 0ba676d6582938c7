package io.github.coda4j.train.device;

import io.github.coda4j.hlo.coda.Distribution;
import io.github.coda4j.hlo.coda.Products;
import io.github.coda4j.hlo.coda.UpdateRule;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.pjrt.PjrtPlugin;
import io.github.coda4j.pjrt.oracle.JavaPlugin;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.ClosingContract;
import io.github.coda4j.testkit.GoldenTraining;
import io.github.coda4j.testkit.ScriptedBackend;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

class DeviceClosingTest extends ClosingContract {
    private final List<AutoCloseable> alsoOpen = new ArrayList<>();

    @AfterEach
    void closeOthers() throws Exception {
        for (AutoCloseable other : alsoOpen.reversed()) {
            other.close();
        }
    }

    @Override
    public List<Case> cases() {
        return List.of(new Case("Accelerator", _ -> accelerator()), new Case("DeviceModel", _ -> model()));
    }

    private Accelerator accelerator() {
        JavaPlugin plugin = new JavaPlugin(new ScriptedBackend(1, all -> all));
        alsoOpen.add(plugin);
        return Accelerator.of(new PluginName.Oracle(), PjrtPlugin.of(plugin.api(), "plugin"));
    }

    private DeviceModel model() {
        Accelerator accelerator = accelerator();
        alsoOpen.add(accelerator);
        ParameterStore store = ParameterStore.zeros(GoldenTraining.config("b-tied"), false, Device.CPU);
        alsoOpen.add(store);
        return DeviceModel.open(
                accelerator.client(),
                GoldenTraining.config("b-tied"),
                store,
                new DeviceModel.Settings(
                        2, 1, 8, new UpdateRule.AdamW(0.9, 0.99, 1e-8, 0), 1, Products.F32, Distribution.ONE));
    }
}
