package io.github.coda4j.eval.score;

import io.github.coda4j.eval.tasks.Problem;

/** Judges samples. Not safe for use by several threads. */
interface Judge extends AutoCloseable {
    Scored judge(Problem problem, Sample sample);

    @Override
    void close();
}
