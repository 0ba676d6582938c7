package io.github.coda4j.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Reverse-mode differentiation by libtorch. Operations on a leaf, and on what follows from it, are recorded until they
 * are freed.
 */
public final class Autograd {
    private Autograd() {}

    /** The same memory as a variable to differentiate by, cut off from whatever it was computed from. */
    public static Tensor leaf(Tensor tensor) {
        org.bytedeco.pytorch.Tensor detached = tensor.raw().detach();
        detached.requires_grad_(true);
        return new Tensor(detached);
    }

    /** The same memory, cut off from whatever it was computed from. */
    public static Tensor constant(Tensor tensor) {
        return new Tensor(tensor.raw().detach());
    }

    /**
     * The gradients of {@code sum(output * outputGradient)} by the given leaves, in their shapes and dtypes. The
     * recorded graph of the output is used up.
     *
     * @param outputGradient shape and dtype of the output
     */
    public static List<Tensor> gradients(Tensor output, Tensor outputGradient, List<Tensor> leaves) {
        TensorVector gradients = torch.grad(
                new TensorVector(output.raw()),
                vector(leaves),
                new TensorVector(outputGradient.raw()),
                new BoolOptional(),
                false,
                false);
        List<Tensor> result = new ArrayList<>();
        for (long i = 0; i < gradients.size(); i++) {
            // get(i) points into the vector, which its scope frees
            result.add(new Tensor(new org.bytedeco.pytorch.Tensor(gradients.get(i))));
        }
        return result;
    }

    private static TensorVector vector(List<Tensor> tensors) {
        return new TensorVector(tensors.stream().map(Tensor::raw).toArray(org.bytedeco.pytorch.Tensor[]::new));
    }
}
