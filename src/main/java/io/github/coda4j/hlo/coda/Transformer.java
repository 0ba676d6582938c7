package io.github.coda4j.hlo.coda;

import io.github.coda4j.hlo.ElementType;
import io.github.coda4j.hlo.Layout;
import io.github.coda4j.hlo.Loop;
import io.github.coda4j.hlo.TensorType;
import io.github.coda4j.hlo.Value;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The model as {@link io.github.coda4j.model.PlainLayer} has it, in values of a program. */
final class Transformer {
    // B rows, T positions, Q queries of a piece, P pieces, D hidden, F MLP width, N query heads, K key/value heads,
    // G = N / K, H head dimension, V vocabulary

    private static final double UNSEEN = -1e30;

    private final ModelConfig config;
    private final Products products;
    private final Weights weights;
    private final String head;
    private final int queries;
    private final Layout rows;

    /**
     * A model over a program's parameters.
     *
     * @param ownHead whether the output layer is a parameter of its own
     * @param queries most positions whose attention is computed at a time
     * @param partitions among which a partitioner is to cut rows
     */
    Transformer(ModelConfig config, boolean ownHead, Products products, Weights weights, int queries, int partitions) {
        this.config = config;
        this.products = products;
        this.weights = weights;
        this.head = ownHead ? Parameters.HEAD : Parameters.EMBEDDING;
        this.queries = queries;
        this.rows = partitions == 1 ? Layout.REPLICATED : Layout.split(0, partitions);
    }

    /** The residual stream behind the last layer, not normed, [B, T, D]; ids are I32 [B, T]. */
    Value hidden(Value ids, Sight sight, Angles angles) {
        Value x = placed(embedded(ids)); // [B, T, D]
        return weights.throughLayers(x, (stream, own) -> placed(layer(stream, own, sight, angles)));
    }

    /** The same with a word to the partitioner that rows lie on different devices. */
    Value placed(Value x) {
        return x.placed(rows);
    }

    /** The embedding's row of the padding token learns nothing from where it stands in a text. */
    private Value embedded(Value ids) {
        int batch = ids.type().extent(0);
        int length = ids.type().extent(1);
        Value found = weights.whole(Parameters.EMBEDDING)
                .rows(ids.reshape(batch * length))
                .reshape(batch, length, config.hidden());
        if (config.padId().isEmpty()) {
            return found;
        }
        Value isPad = ids.equalTo(ids.filled(config.padId().getAsInt()));
        return isPad.broadcast(found.type().shape(), 0, 1).choose(found.held(), found);
    }

    private Value layer(Value x, Map<String, Value> own, Sight sight, Angles angles) {
        int batch = x.type().extent(0);
        int length = x.type().extent(1);
        int groups = config.groups();
        int width = config.headDim();
        Value h = norm(x, own.get("input_layernorm.weight")); // [B, T, D]
        Value q = project(h, own, "q_proj").reshape(batch, length, config.heads(), width); // [B, T, N, H]
        Value k = project(h, own, "k_proj").reshape(batch, length, config.kvHeads(), width); // [B, T, K, H]
        Value v = project(h, own, "v_proj").reshape(batch, length, config.kvHeads(), width); // [B, T, K, H]
        if (config.kind().qkNorm()) {
            q = norm(q, own.get("self_attn.q_norm.weight"));
            k = norm(k, own.get("self_attn.k_norm.weight"));
        }
        q = angles.turn(q).times(1 / Math.sqrt(width)).reshape(batch, length, config.kvHeads(), groups, width);
        Value mixed = attention(q, angles.turn(k), v, sight); // [B, T, N*H]
        Value residual = x.plus(project(mixed, own, "o_proj")); // [B, T, D]
        Value g = norm(residual, own.get("post_attention_layernorm.weight")); // [B, T, D]
        Value gated = products.linear(g, own.get("mlp.gate_proj.weight"))
                .silu()
                .times(products.linear(g, own.get("mlp.up_proj.weight"))); // [B, T, F]
        return residual.plus(products.linear(gated, own.get("mlp.down_proj.weight"))); // [B, T, D]
    }

    private Value project(Value x, Map<String, Value> own, String name) {
        Value product = products.linear(x, own.get("self_attn." + name + ".weight"));
        Value bias = own.get("self_attn." + name + ".bias");
        return bias == null
                ? product
                : product.plus(
                        bias.broadcast(product.type().shape(), product.type().rank() - 1));
    }

    /** Softmax(Q K^T) V in pieces of queries: q [B, T, K, G, H], k and v [B, T, K, H]; [B, T, N*H]. */
    private Value attention(Value q, Value k, Value v, Sight sight) {
        Value keys = products.operand(k);
        Value values = products.operand(v);
        int piece = StepShape.piece(q.type().extent(1), queries);
        List<Value> stacks = new ArrayList<>(List.of(Pieces.of(q, piece))); // [P, B, Q, K, G, H]
        sight.positions().forEach(positions -> stacks.add(Pieces.of(positions, piece))); // [P, B, Q]
        Value mixed = Loop.map(
                        stacks,
                        own -> List.of(attend(own.getFirst(), keys, values, sight.of(own.subList(1, own.size())))))
                .getFirst(); // [P, B, Q, N*H]
        return Pieces.joined(mixed);
    }

    /** Queries [B, Q, K, G, H] and who sees whom, [B, Q, T]; [B, Q, N*H]. */
    private Value attend(Value q, Value k, Value v, Value seen) {
        int batch = q.type().extent(0);
        int count = q.type().extent(1);
        Value scores = products.dot(q, k, List.of(0, 2), List.of(4), List.of(0, 2), List.of(3)); // [B, K, Q, G, T]
        List<Integer> shape = scores.type().shape();
        Value visible = seen.broadcast(shape, 0, 2, 4).choose(scores, scores.filled(UNSEEN));
        Value largest = visible.maximum(4).held().broadcast(shape, 0, 1, 2, 3);
        Value shares = visible.minus(largest).exp();
        Value weights = shares.dividedBy(shares.sum(4).broadcast(shape, 0, 1, 2, 3)); // [B, K, Q, G, T]
        Value mixed = products.dot(weights, v, List.of(0, 1), List.of(4), List.of(0, 2), List.of(1)); // [B, K, Q, G, H]
        return mixed.transpose(0, 2, 1, 3, 4).reshape(batch, count, config.heads() * config.headDim());
    }

    /** RMS norm of the last dimension by a weight. */
    private Value norm(Value x, Value weight) {
        int last = x.type().rank() - 1;
        int[] others = IntStream.range(0, last).toArray();
        Value meanSquare = x.times(x).sum(last).times(1.0 / x.type().extent(last));
        Value inverse = meanSquare.plus(config.normEps()).inverseSqrt();
        List<Integer> shape = x.type().shape();
        return x.times(inverse.broadcast(shape, others)).times(weight.broadcast(shape, last));
    }

    /** Of the residual stream [.., D] the logits, [.., V]. */
    Value logits(Value hidden) {
        return products.linear(norm(hidden, weights.whole(Parameters.FINAL_NORM)), outputLayer());
    }

    /** Rounded once, before any loop. */
    private Value outputLayer() {
        return products.operand(weights.whole(head));
    }

    /** The cross entropies of logits [.., V] and I32 ids [..], in nats. */
    static Value crossEntropies(Value logits, Value ids) {
        List<Integer> shape = logits.type().shape();
        int last = shape.size() - 1;
        int[] others = IntStream.range(0, last).toArray();
        Value largest = logits.maximum(last).held(); // [..]
        Value total = logits.minus(largest.broadcast(shape, others)).exp().sum(last);
        Value token = Value.iota(new TensorType(ElementType.I32, shape), last);
        Value isTarget = token.equalTo(ids.broadcast(shape, others));
        Value picked = isTarget.choose(logits, logits.filled(0)).sum(last);
        return total.log().plus(largest).minus(picked);
    }
}
