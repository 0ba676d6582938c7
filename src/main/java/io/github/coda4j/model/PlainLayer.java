package io.github.coda4j.model;

import static io.github.coda4j.tensor.Tensor.ANY;

import io.github.coda4j.diffusion.BlockGrid;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * One layer in libtorch's own operations, differentiable, on any device. Products and attention run in the given dtype;
 * norms, softmax, rotation and the residual stream in F32.
 */
public final class PlainLayer {
    // T tokens run, L positions attended to, D hidden, F MLP width, N query heads, K key/value heads, G = N / K,
    // H head dimension

    private final ModelConfig config;
    private final Device device;
    private final DType dtype;
    private final Rotary rotary;

    /**
     * A layer of the config's shape.
     *
     * @param dtype of the products, F32 or BF16
     */
    public PlainLayer(ModelConfig config, Device device, DType dtype) {
        this.config = config;
        this.device = device;
        this.dtype = dtype;
        this.rotary = new Rotary(config);
    }

    /** Cosines and sines of the rotary embedding, F32 [T, H] each. */
    public record Angles(Tensor cos, Tensor sin) {}

    /** From queries [N, T, H], keys and values [K, T, H] of the run tokens to what they attend to, [N, T, H]. */
    @FunctionalInterface
    public interface Mixer {
        Tensor mix(Tensor q, Tensor k, Tensor v);
    }

    /** Angles of positions [from, to). */
    public Angles angles(int from, int to) {
        assert from >= 0 && to > from : from + " to " + to;
        rotary.ensure(to);
        return new Angles(angleTable(rotary.cos(), from, to), angleTable(rotary.sin(), from, to));
    }

    /** Angles that turn what stands at any position as if it stood {@code distance} further on, F32 [T, H] each. */
    Angles turn(int distance, int tokens) {
        int half = rotary.half();
        rotary.ensure(Math.abs(distance) + 1);
        float[] cos = new float[tokens * half];
        float[] sin = new float[tokens * half];
        for (int t = 0; t < tokens; t++) {
            rotary.turn(distance, cos, sin, t * half);
        }
        return new Angles(table(cos, tokens), table(sin, tokens));
    }

    private Tensor angleTable(float[] table, int from, int to) {
        int half = rotary.half();
        return table(Arrays.copyOfRange(table, from * half, to * half), to - from);
    }

    private Tensor table(float[] half, int tokens) {
        Tensor narrow = Tensor.of(half, tokens, rotary.half()); // [T, H/2]
        return Tensor.concat(List.of(narrow, narrow), 1).to(device); // [T, H]
    }

    /**
     * The layer's output, F32 [T, D].
     *
     * @param x F32 [T, D]
     * @param weights by name within the layer, for example {@code mlp.up_proj.weight}; products in any floating dtype
     */
    public Tensor forward(Tensor x, Angles angles, Function<String, Tensor> weights, Mixer mixer) {
        assert x.hasShape(ANY, config.hidden()) && x.dtype() == DType.F32 : described(x);
        assert angles.cos().hasShape(x.size(0), config.headDim()) : described(angles.cos());
        assert angles.sin().hasShape(x.size(0), config.headDim()) : described(angles.sin());
        Tensor h = norm(x, weights.apply("input_layernorm.weight")).to(dtype); // [T, D]
        boolean biased = config.kind().hasQkvBias();
        Tensor q = heads(project(h, weights, "q_proj", biased), config.heads()); // [N, T, H]
        Tensor k = heads(project(h, weights, "k_proj", biased), config.kvHeads()); // [K, T, H]
        Tensor v = heads(project(h, weights, "v_proj", biased), config.kvHeads()); // [K, T, H]
        q = turned(q, weights, "q_norm", angles); // [N, T, H]
        k = turned(k, weights, "k_norm", angles); // [K, T, H]
        Tensor mixed = mixer.mix(q, k, v); // [N, T, H]
        assert mixed.hasShape(config.heads(), x.size(0), config.headDim()) : described(mixed);
        Tensor joined = mixed.transpose(0, 1).reshape(x.size(0), (long) config.heads() * config.headDim()); // [T, N*H]
        Tensor residual = x.add(project(joined, weights, "o_proj", config.kind().hasOutputBias())
                .to(DType.F32)); // [T, D]
        Tensor g =
                norm(residual, weights.apply("post_attention_layernorm.weight")).to(dtype); // [T, D]
        Tensor gated = g.linear(weights.apply("mlp.gate_proj.weight").to(dtype))
                .silu()
                .mul(g.linear(weights.apply("mlp.up_proj.weight").to(dtype))); // [T, F]
        return residual.add(
                gated.linear(weights.apply("mlp.down_proj.weight").to(dtype)).to(DType.F32)); // [T, D]
    }

    /** softmax(Q K^T / sqrt(H)) V without a mask: q [N, T, H], k and v [K, L, H], gives [N, T, H]. */
    public Tensor attention(Tensor q, Tensor k, Tensor v) {
        assert q.hasShape(config.heads(), ANY, config.headDim()) : described(q);
        assert k.hasShape(config.kvHeads(), ANY, config.headDim()) : described(k);
        assert v.hasShape(k.shape()) : described(v);
        return device.isCuda() ? fused(q, k, v) : folded(q, k, v);
    }

    /**
     * The same where each of the T tokens, which stand from position {@code start} on, sees the blocks up to its own.
     *
     * @param k [K, L, H] with L at least start + T; what lies behind is not looked at
     */
    Tensor attention(Tensor q, Tensor k, Tensor v, int start, BlockGrid grid) {
        int end = start + (int) q.size(1);
        List<Tensor> parts = new ArrayList<>();
        for (int from = start; from < end; ) {
            int to = Math.min(grid.end(from), end);
            parts.add(attention(q.narrow(1, from - start, to - from), k.narrow(1, 0, to), v.narrow(1, 0, to)));
            from = to;
        }
        return parts.size() == 1 ? parts.getFirst() : Tensor.concat(parts, 1); // [N, T, H]
    }

    /** The query heads of one key/value head are stacked as rows of one product. */
    private Tensor folded(Tensor q, Tensor k, Tensor v) {
        long tokens = q.size(1);
        Tensor rows = q.mul(1 / Math.sqrt(config.headDim()))
                .reshape(config.kvHeads(), config.groups() * tokens, config.headDim()); // [K, G*T, H]
        Tensor weights = rows.matmul(k.transpose(1, 2)).softmax(); // [K, G*T, L]
        return weights.matmul(v).reshape(config.heads(), tokens, config.headDim()); // [N, T, H]
    }

    private Tensor fused(Tensor q, Tensor k, Tensor v) {
        Tensor mixed = Tensor.fusedAttention(
                batched(q), // [1, N, T, H]
                batched(k.repeatInterleave(0, config.groups())), // [1, N, L, H]
                batched(v.repeatInterleave(0, config.groups()))); // [1, N, L, H]
        return mixed.reshape(q.shape()); // [N, T, H]
    }

    private static Tensor batched(Tensor x) {
        return x.reshape(1, x.size(0), x.size(1), x.size(2));
    }

    /** Heads normed where the model norms them, and turned by the angles of their positions. */
    private Tensor turned(Tensor x, Function<String, Tensor> weights, String normName, Angles angles) {
        Tensor wide = x.to(DType.F32);
        Tensor normed = config.kind().qkNorm() ? norm(wide, weights.apply("self_attn." + normName + ".weight")) : wide;
        return normed.rotate(angles.cos(), angles.sin()).to(dtype);
    }

    /** [T, inputs] to [T, outputs]. */
    private Tensor project(Tensor x, Function<String, Tensor> weights, String name, boolean hasBias) {
        Tensor weight = weights.apply("self_attn." + name + ".weight").to(dtype);
        return hasBias
                ? x.linear(weight, weights.apply("self_attn." + name + ".bias").to(dtype))
                : x.linear(weight);
    }

    private Tensor heads(Tensor x, int count) {
        return x.view(x.size(0), count, config.headDim()).transpose(0, 1); // [count, T, H]
    }

    private static String described(Tensor x) {
        return x.dtype() + Arrays.toString(x.shape());
    }

    /** RMS norm of F32 [.., D] by a weight [D] of any floating dtype; F32. */
    public Tensor norm(Tensor x, Tensor weight) {
        assert x.dtype() == DType.F32 && weight.hasShape(x.size(-1)) : described(x) + " by " + described(weight);
        return x.rmsNorm(weight.to(DType.F32), config.normEps());
    }
}
