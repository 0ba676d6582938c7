package io.github.coda4j.hlo.coda;

import io.github.coda4j.hlo.ElementType;
import io.github.coda4j.hlo.Value;
import java.util.List;

/** What numbers a program computes with. Parameters, norms, softmax, residual stream, loss and gradients are floats. */
public enum Products {
    /** Products in full F32 precision. */
    F32(ElementType.F32, ElementType.F32),
    /** Operands of products are rounded to BF16, sums are F32. */
    BF16(ElementType.F32, ElementType.BF16),
    /** Everything, arguments too, is F64: for comparisons. */
    F64(ElementType.F64, ElementType.F64);

    private final ElementType floats;
    private final ElementType operands;

    Products(ElementType floats, ElementType operands) {
        this.floats = floats;
        this.operands = operands;
    }

    /** Of everything but the operands of products. */
    public ElementType floats() {
        return floats;
    }

    /** As an operand of products. */
    Value operand(Value x) {
        return x.convert(operands);
    }

    /** x [.., in] by a weight [out, in], [.., out]. */
    Value linear(Value x, Value weight) {
        return dot(x, weight, List.of(), List.of(x.type().rank() - 1), List.of(), List.of(1));
    }

    /** See {@link Value#dot}. */
    Value dot(
            Value left,
            Value right,
            List<Integer> leftBatch,
            List<Integer> leftContract,
            List<Integer> rightBatch,
            List<Integer> rightContract) {
        return operand(left).dot(operand(right), leftBatch, leftContract, rightBatch, rightContract);
    }
}
