package io.github.coda4j.weights;

import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.testkit.ClosingContract;
import io.github.coda4j.testkit.Goldens;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

class WeightsClosingTest extends ClosingContract {
    private static final List<TensorDeclaration> ONE = List.of(new TensorDeclaration("a", DType.F32, 2));
    private static final MemorySegment HALF = MemorySegment.ofArray(new float[1]);

    @Override
    public List<Case> cases() {
        return List.of(
                new Case("CheckpointFolder", _ -> CheckpointFolder.open(Goldens.path("model/a-untied"))),
                new Case(
                        "SafetensorsFile", _ -> SafetensorsFile.open(Goldens.path("model/a-untied/model.safetensors"))),
                new Case("SafetensorsWriter", folder -> {
                    SafetensorsWriter writer =
                            SafetensorsWriter.create(folder.resolve("x.safetensors"), ONE, Map.of(), false);
                    writer.append("a", HALF);
                    return writer;
                }),
                new Case("CheckpointWriter", folder -> {
                    ConfigFile config = ConfigFile.of(Map.of("hidden_size", 2), "new config");
                    CheckpointWriter writer = CheckpointWriter.create(folder.resolve("x"), config, ONE, 1000, false);
                    writer.append("a", HALF);
                    return writer;
                }));
    }
}
