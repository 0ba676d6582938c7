import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Averages the weights of checkpoints that come from one run and its continuations ("model soup", Wortsman et al.
 * 2022): such a mean is mostly as good as the best of them at everything that one of them can do.
 *
 * <pre>java recipes/coda-mini/Average.java OUT.safetensors FILE.safetensors...</pre>
 *
 * The files must have the same tensors in the same order, in BF16. Each number is the mean of theirs, rounded to the
 * nearest.
 */
final class Average {
    private Average() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 3) {
            throw new IllegalArgumentException("usage: Average OUT.safetensors FILE.safetensors FILE.safetensors...");
        }
        List<ByteBuffer> files = new ArrayList<>();
        for (int i = 1; i < arguments.length; i++) {
            files.add(ByteBuffer.wrap(Files.readAllBytes(Path.of(arguments[i]))).order(ByteOrder.LITTLE_ENDIAN));
        }
        ByteBuffer first = files.getFirst();
        int begin = Math.toIntExact(Long.BYTES + first.getLong(0));
        for (ByteBuffer file : files) {
            if (file.limit() != first.limit() || !file.slice(0, begin).equals(first.slice(0, begin))) {
                throw new IllegalArgumentException("the files do not have the same tensors in the same order");
            }
        }
        if (new String(first.array(), Long.BYTES, begin - Long.BYTES).contains("\"F")) {
            throw new IllegalArgumentException("the files have other numbers than BF16");
        }
        ByteBuffer mean = ByteBuffer.wrap(first.array().clone()).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = begin; at < mean.limit(); at += Short.BYTES) {
            float sum = 0;
            for (ByteBuffer file : files) {
                sum += Float.intBitsToFloat(file.getShort(at) << 16);
            }
            int bits = Float.floatToRawIntBits(sum / files.size());
            mean.putShort(at, (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16));
        }
        Files.write(Path.of(arguments[0]), mean.array());
    }
}
