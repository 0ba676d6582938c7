package io.github.coda4j.model;

import io.github.coda4j.model.plan.ForwardPlan;

/**
 * The alignment of outputs and predictions, in one place. CoDA keeps the autoregressive one: the prediction for
 * position p is the output row of position p-1; the first row that is run also predicts its own position, for want of
 * the row before it.
 */
final class LogitsShift {
    private LogitsShift() {}

    /** For each wanted position of the plan, the index of its row among the rows that the plan runs. */
    static int[] rows(ForwardPlan plan) {
        int[] rows = new int[plan.positions().length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Math.max(plan.positions()[i] - 1, plan.start()) - plan.start();
        }
        return rows;
    }
}
