package io.github.coda4j.tensor;

import io.github.coda4j.CodaException;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** Our names for libtorch's enums and back. */
final class Natives {
    private Natives() {}

    static torch.ScalarType scalarType(DType dtype) {
        return switch (dtype) {
            case F32 -> torch.ScalarType.Float;
            case BF16 -> torch.ScalarType.BFloat16;
            case F16 -> torch.ScalarType.Half;
            case F64 -> torch.ScalarType.Double;
            case I8 -> torch.ScalarType.Char;
            case U8 -> torch.ScalarType.Byte;
            case I16 -> torch.ScalarType.Short;
            case I32 -> torch.ScalarType.Int;
            case I64 -> torch.ScalarType.Long;
            case BOOL -> torch.ScalarType.Bool;
        };
    }

    static DType dtype(torch.ScalarType type) {
        for (DType dtype : DType.values()) {
            if (scalarType(dtype).value == type.value) {
                return dtype;
            }
        }
        throw new IllegalStateException("libtorch's dtype " + type + " is not one of ours");
    }

    /** @throws CodaException when it is a CUDA device and there is none */
    static org.bytedeco.pytorch.Device device(Device device) {
        if (device.isCuda() && !Libtorch.cudaAvailable()) {
            throw CodaException.of(
                    "%s cannot be used: this libtorch has no CUDA, or finds no driver, GPU or CUDA 13 "
                            + "libraries; set CODA_LIBTORCH to a"
                            + " libtorch with CUDA, build with -Pcuda, or use --device cpu",
                    device);
        }
        return device.isCuda()
                ? new org.bytedeco.pytorch.Device(torch.DeviceType.CUDA, (byte) device.index())
                : new org.bytedeco.pytorch.Device(torch.DeviceType.CPU);
    }

    static TensorOptions options(DType dtype, Device device) {
        return new TensorOptions()
                .dtype(new ScalarTypeOptional(scalarType(dtype)))
                .device(new DeviceOptional(device(device)));
    }

    /** The options of CPU tensors, made once: they live as long as the process. */
    static TensorOptions cpuOptions(DType dtype) {
        return CpuOptions.OF_DTYPE[dtype.ordinal()];
    }

    private static final class CpuOptions {
        static final TensorOptions[] OF_DTYPE = new TensorOptions[DType.values().length];

        static {
            for (DType dtype : DType.values()) {
                TensorOptions options = options(dtype, Device.CPU);
                options.retainReference();
                OF_DTYPE[dtype.ordinal()] = options;
            }
        }
    }

    static MemoryFormatOptional noMemoryFormat() {
        return new MemoryFormatOptional();
    }
}
