package io.github.coda4j.model;

import io.github.coda4j.model.FastWeights.Layer;
import io.github.coda4j.model.FastWeights.Product;
import io.github.coda4j.tensor.WorkerTeam;
import io.github.coda4j.tensor.products.PackedLinear;
import java.lang.foreign.MemorySegment;

/** The products of a forward over whatever its buffers hold, one step after another. */
record ProductsAlone(FastWeights weights, WorkerTeam team, Workspace workspace, ModelConfig config) {
    // T tokens, R rows of logits; the buffers' content does not matter

    void run(int tokens, int rows) {
        assert tokens > 0 && rows > 0 : tokens + " tokens, " + rows + " rows";
        Layer first = weights.layer(0);
        long most = bytes(weights.head(), rows);
        for (Product product : new Product[] {first.qkv(), first.output(), first.gateUp(), first.down()}) {
            most = Math.max(most, bytes(product, tokens));
        }
        MemorySegment input = workspace.memory(Workspace.Use.GATED, most);
        team.walk(team.size(), steps -> {
            for (int i = 0; i < config.layers(); i++) {
                Layer layer = weights.layer(i);
                steps.each(share -> multiply(layer.qkv(), share, input, tokens, Workspace.Part.QKV));
                steps.each(share -> multiply(layer.output(), share, input, tokens, Workspace.Part.DELTA));
                steps.each(share -> multiply(layer.gateUp(), share, input, tokens, Workspace.Part.GATE_UP));
                steps.each(share -> multiply(layer.down(), share, input, tokens, Workspace.Part.DELTA));
            }
            steps.each(share -> multiply(weights.head(), share, input, rows, Workspace.Part.LOGITS));
        });
    }

    private static long bytes(Product product, int rows) {
        return (long) PackedLinear.room(rows)
                * product.inputs()
                * product.shards()[0].inputType().bytes();
    }

    private void multiply(Product product, int share, MemorySegment input, int rows, Workspace.Part part) {
        PackedLinear shard = product.shards()[share];
        long bytes = (long) PackedLinear.room(rows)
                * shard.outputs()
                * shard.outputType().bytes();
        shard.forwardInRoom(input, rows, workspace.part(part, share, bytes));
    }
}
