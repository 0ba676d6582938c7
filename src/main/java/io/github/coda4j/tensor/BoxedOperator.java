package io.github.coda4j.tensor;

import io.github.coda4j.Closing;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;

/** A libtorch operator that has no Java method of its own, called through the dispatcher with boxed arguments. */
final class BoxedOperator {
    private final OperatorHandle handle;

    private BoxedOperator(OperatorHandle handle) {
        this.handle = handle;
    }

    /**
     * Looks the operator up; it lives as long as the process.
     *
     * @throws RuntimeException from libtorch when it does not exist in this build
     */
    static BoxedOperator find(String name) {
        OperatorHandle handle = Dispatcher.singleton().findSchemaOrThrow(name, "");
        handle.retainReference();
        return new BoxedOperator(handle);
    }

    /** An empty list of the type that argument {@code index} wants. */
    IValue emptyList(int index) {
        return new IValue(emptyListOf(index));
    }

    /** The same, to be filled. */
    GenericList emptyListOf(int index) {
        return new GenericList(
                handle.schema().arguments().getPointer(index).type().get().containedType(0));
    }

    /** Calls an operator that works in place and gives nothing. */
    void run(IValue... arguments) {
        handle.callBoxed(new IValueVector(arguments));
    }

    /** Calls the operator and gives its one result. Everything made on the way belongs to the scope of the caller. */
    Tensor call(IValue... arguments) {
        return new Tensor(result(arguments));
    }

    /** The same where dtype and shape of the result are known, which saves asking for them. */
    Tensor call(IValue[] arguments, DType dtype, long... shape) {
        return new Tensor(result(arguments), dtype, shape);
    }

    private org.bytedeco.pytorch.Tensor result(IValue[] arguments) {
        IValueVector stack = new IValueVector(arguments);
        handle.callBoxed(stack);
        // toTensor() points into the stack, the copy does not.
        return new org.bytedeco.pytorch.Tensor(stack.get(0).toTensor());
    }

    /**
     * Arguments that stay the same from call to call, kept alive until {@link Prepared#close}; the first one varies.
     */
    static final class Prepared implements AutoCloseable {
        private final IValue[] constant;
        private final Closing closing = new Closing();

        /** The arguments after the first. */
        Prepared(IValue... rest) {
            this.constant = rest;
            for (IValue value : rest) {
                value.retainReference();
            }
        }

        IValue[] with(IValue first) {
            IValue[] all = new IValue[constant.length + 1];
            all[0] = first;
            System.arraycopy(constant, 0, all, 1, constant.length);
            return all;
        }

        @Override
        public void close() {
            closing.once(() -> {
                for (IValue value : constant) {
                    value.releaseReference();
                }
            });
        }
    }
}
