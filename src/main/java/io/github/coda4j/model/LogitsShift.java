package io.github.coda4j.model;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.model.plan.ForwardPlan;

/** Which rows of a forward's output the wanted positions need, as the model's alignment says. */
final class LogitsShift {
    private LogitsShift() {}

    /** For each wanted position of the plan, the index of its row among the rows that the plan runs. */
    static int[] rows(ForwardPlan plan, Alignment alignment) {
        int[] rows = new int[plan.positions().length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = alignment.row(plan.positions()[i], plan.start()) - plan.start();
        }
        return rows;
    }
}
