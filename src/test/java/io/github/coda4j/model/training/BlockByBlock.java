package io.github.coda4j.model.training;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;
import java.util.Arrays;
import java.util.Map;

/**
 * The objective of block diffusion as it is defined, in double precision: a block after another is run behind the clean
 * text before it, as decoding does, and nothing is run for two blocks at once.
 */
final class BlockByBlock {
    private final ModelConfig c;
    private final Map<String, double[]> parameters;

    BlockByBlock(ModelConfig config, Map<String, double[]> parameters) {
        this.c = config;
        this.parameters = parameters;
    }

    double loss(MaskedBatch batch) {
        double loss = 0;
        for (int b = 0; b < batch.rows(); b++) {
            int[] segments = batch.segments()[b];
            for (int start = 0, end; start < segments.length; start = end) {
                end = start;
                while (end < segments.length && segments[end] == segments[start]) {
                    end++;
                }
                int size = c.kind().blocks().orElseThrow().length();
                for (int block = start; block < end; block += size) {
                    loss += blockLoss(batch, b, start, block, Math.min(block + size, end));
                }
            }
        }
        return loss;
    }

    /** Positions [block, end) noised, behind the clean ones from {@code start} on. */
    private double blockLoss(MaskedBatch batch, int b, int start, int block, int end) {
        int[] ids = new int[end - start];
        for (int i = start; i < end; i++) {
            int target = batch.targets()[b][i];
            ids[i - start] = i < block && target != MaskedBatch.NOT_COUNTED ? target : batch.noisyIds()[b][i];
        }
        double[][] x = hidden(ids, start, block - start);
        double loss = 0;
        for (int i = block; i < end; i++) {
            int target = batch.targets()[b][i];
            if (target != MaskedBatch.NOT_COUNTED) {
                int row = i - start - (c.alignment() == Alignment.SHIFTED ? 1 : 0);
                loss += batch.weight(b, i) * crossEntropy(x[row], target);
            }
        }
        return loss;
    }

    private double crossEntropy(double[] x, int target) {
        double[] head = parameters.getOrDefault("lm_head.weight", parameters.get("model.embed_tokens.weight"));
        double[] logits = product(norm(x, parameters.get("model.norm.weight"), 0, c.hidden()), head, new double[0]);
        double max = Arrays.stream(logits).max().orElseThrow();
        return max + Math.log(Arrays.stream(logits).map(l -> Math.exp(l - max)).sum()) - logits[target];
    }

    /** The residual stream behind all layers; tokens from {@code open} on are of the block that is not finished. */
    private double[][] hidden(int[] ids, int firstPosition, int open) {
        double[] embedding = parameters.get("model.embed_tokens.weight");
        int width = c.hidden();
        double[][] x = new double[ids.length][];
        Arrays.setAll(x, i -> Arrays.copyOfRange(embedding, ids[i] * width, (ids[i] + 1) * width));
        for (int layer = 0; layer < c.layers(); layer++) {
            x = layer("model.layers." + layer + ".", x, firstPosition, open);
        }
        return x;
    }

    private double[][] layer(String prefix, double[][] x, int firstPosition, int open) {
        int tokens = x.length;
        int size = c.kind().blocks().orElseThrow().length();
        double[][] q = new double[tokens][];
        double[][] k = new double[tokens][];
        double[][] v = new double[tokens][];
        for (int t = 0; t < tokens; t++) {
            double[] h = norm(x[t], parameters.get(prefix + "input_layernorm.weight"), 0, c.hidden());
            q[t] = turned(projected(prefix, "q", h), prefix + "self_attn.q_norm.weight", firstPosition + t);
            k[t] = turned(projected(prefix, "k", h), prefix + "self_attn.k_norm.weight", firstPosition + t);
            v[t] = projected(prefix, "v", h);
        }
        double[][] out = new double[tokens][];
        for (int t = 0; t < tokens; t++) {
            int seen = t >= open ? tokens : Math.min(tokens, (t / size + 1) * size);
            double[] mixed = new double[c.heads() * c.headDim()];
            for (int head = 0; head < c.heads(); head++) {
                mix(mixed, head * c.headDim(), head / c.groups() * c.headDim(), q[t], k, v, seen);
            }
            double[] attended = product(mixed, parameters.get(prefix + "self_attn.o_proj.weight"), new double[0]);
            double[] residual = sum(x[t], attended);
            double[] g = norm(residual, parameters.get(prefix + "post_attention_layernorm.weight"), 0, c.hidden());
            double[] gate = product(g, parameters.get(prefix + "mlp.gate_proj.weight"), new double[0]);
            double[] up = product(g, parameters.get(prefix + "mlp.up_proj.weight"), new double[0]);
            for (int i = 0; i < gate.length; i++) {
                gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
            }
            out[t] = sum(residual, product(gate, parameters.get(prefix + "mlp.down_proj.weight"), new double[0]));
        }
        return out;
    }

    /** softmax(q k / sqrt(H)) v over the first {@code seen} tokens, for one head. */
    private void mix(double[] out, int head, int kvHead, double[] q, double[][] k, double[][] v, int seen) {
        double[] weights = new double[seen];
        double sum = 0;
        for (int s = 0; s < seen; s++) {
            double score = 0;
            for (int i = 0; i < c.headDim(); i++) {
                score += q[head + i] * k[s][kvHead + i];
            }
            weights[s] = Math.exp(score / Math.sqrt(c.headDim()));
            sum += weights[s];
        }
        for (int s = 0; s < seen; s++) {
            for (int i = 0; i < c.headDim(); i++) {
                out[head + i] += weights[s] / sum * v[s][kvHead + i];
            }
        }
    }

    private double[] projected(String prefix, String which, double[] x) {
        String name = prefix + "self_attn." + which + "_proj.";
        return product(x, parameters.get(name + "weight"), parameters.getOrDefault(name + "bias", new double[0]));
    }

    /** Heads normed where there is a weight for it, and turned by their position, halves apart. */
    private double[] turned(double[] heads, String normName, int position) {
        int half = c.headDim() / 2;
        double[] out = new double[heads.length];
        for (int head = 0; head < heads.length; head += c.headDim()) {
            double[] weight = parameters.get(normName);
            double[] x = weight == null
                    ? Arrays.copyOfRange(heads, head, head + c.headDim())
                    : norm(heads, weight, head, c.headDim());
            for (int i = 0; i < half; i++) {
                double angle = position * Math.pow(c.ropeTheta(), -2.0 * i / c.headDim());
                out[head + i] = x[i] * Math.cos(angle) - x[half + i] * Math.sin(angle);
                out[head + half + i] = x[half + i] * Math.cos(angle) + x[i] * Math.sin(angle);
            }
        }
        return out;
    }

    private double[] norm(double[] x, double[] weight, int from, int count) {
        double squares = 0;
        for (int i = 0; i < count; i++) {
            squares += x[from + i] * x[from + i];
        }
        double scale = 1 / Math.sqrt(squares / count + c.normEps());
        double[] out = new double[count];
        Arrays.setAll(out, i -> x[from + i] * scale * weight[i]);
        return out;
    }

    /** W x + b, W [outputs, inputs]. */
    private static double[] product(double[] x, double[] weight, double[] bias) {
        double[] out = new double[weight.length / x.length];
        for (int o = 0; o < out.length; o++) {
            double sum = bias.length == 0 ? 0 : bias[o];
            for (int i = 0; i < x.length; i++) {
                sum += weight[o * x.length + i] * x[i];
            }
            out[o] = sum;
        }
        return out;
    }

    private static double[] sum(double[] a, double[] b) {
        double[] out = new double[a.length];
        Arrays.setAll(out, i -> a[i] + b[i]);
        return out;
    }
}
