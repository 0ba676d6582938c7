package io.github.coda4j.tensor;

import io.github.coda4j.testkit.ClosingContract;
import java.util.List;
import org.bytedeco.pytorch.IValue;

class TensorClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(
                new Case("Tensor", _ -> {
                    try (Scope scope = Scope.open()) {
                        return scope.detach(Tensor.zeros(DType.F32, Device.CPU, 64));
                    }
                }),
                new Case("LargePages", _ -> {
                    LargePages pages = new LargePages(1);
                    pages.allocate(8 << 20);
                    return pages;
                }),
                new Case("BoxedOperator$Prepared", _ -> {
                    try (Scope _ = Scope.open()) {
                        return new BoxedOperator.Prepared(new IValue(1.0), new IValue(true));
                    }
                }),
                new Case("WorkerTeam", _ -> new WorkerTeam(3)));
    }
}
