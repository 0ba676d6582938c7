package io.github.coda4j.tensor;

import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;

/** libtorch's AdamW in one pass over the memory, on the CPU and on CUDA. */
public final class FusedAdamW {
    private static final int MAX_MOMENTS_ARGUMENT = 4;

    private final BoxedOperator operator;

    public FusedAdamW() {
        Libtorch.load();
        operator = BoxedOperator.find("aten::_fused_adamw_");
    }

    /**
     * One update in place (Loshchilov and Hutter 2019, algorithm 2, with decoupled decay lr * weightDecay). All tensors
     * are F32 of the same size.
     *
     * @param gradient of {@code values}, in units of {@code 1 / gradientScale}; it is overwritten by the scaled one
     * @param firstMoment running mean of the gradient
     * @param secondMoment running mean of its square
     * @param step number of this update, from 1
     * @param gradientScale factor of the gradient, above 0
     */
    public void update(
            Tensor values,
            Tensor gradient,
            Tensor firstMoment,
            Tensor secondMoment,
            long step,
            double learningRate,
            double beta1,
            double beta2,
            double weightDecay,
            double eps,
            double gradientScale) {
        try (Scope _ = Scope.open()) {
            Tensor steps = Tensor.of(new float[] {step}, new long[0]).to(values.device());
            IValue scale = gradientScale == 1
                    ? new IValue()
                    : new IValue(Tensor.of(new float[] {(float) (1 / gradientScale)}, 1)
                            .to(values.device())
                            .raw());
            operator.run(
                    list(0, values),
                    list(1, gradient),
                    list(2, firstMoment),
                    list(3, secondMoment),
                    operator.emptyList(MAX_MOMENTS_ARGUMENT),
                    list(5, steps),
                    new IValue(learningRate),
                    new IValue(beta1),
                    new IValue(beta2),
                    new IValue(weightDecay),
                    new IValue(eps),
                    new IValue(false),
                    new IValue(false),
                    scale,
                    new IValue());
        }
    }

    private IValue list(int argument, Tensor tensor) {
        GenericList list = operator.emptyListOf(argument);
        list.push_back(new IValue(tensor.raw()));
        return new IValue(list);
    }
}
