package io.github.coda4j.bench.serve;

import io.github.coda4j.bench.ProcessMemory.Parts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a server did. What cannot be seen from outside is empty for a server in another process.
 *
 * @param loadAverage of the machine at the beginning, where it tells
 * @param decoding one client and eight of full sequences
 * @param blocks the same with blocks of eight tokens beside a cache
 * @param memory of the server after each fifth of the mixed load; empty where the system does not tell
 * @param idle with streams that wait; empty when none were asked for
 * @param peak operations per second of this machine's best matrix product in the model's numbers, measured at the end
 */
public record ServeReport(
        OptionalDouble loadAverage,
        Throughput decoding,
        Throughput blocks,
        FirstPiece firstPiece,
        Mixed mixed,
        List<Parts> memory,
        OptionalInt stepsAfterLeaving,
        Aborted aborted,
        Optional<Idle> idle,
        OptionalDouble peak) {
    /**
     * Answers one after the other and eight at once; medians over rounds.
     *
     * @param one answers per second of one client
     * @param eight of eight clients
     * @param ratio median of the rounds' ratios
     * @param inside what is seen of it in this process; empty for a server elsewhere
     */
    public record Throughput(double one, double eight, double ratio, Optional<Inside> inside) {}

    /**
     * What a busy machine changes less.
     *
     * @param cpuMillisOne processor time of an answer with one client, its client's included
     * @param cpuMillisEight the same with eight
     * @param cpuRatio median of the rounds' ratios
     * @param packed sequences in a pass with eight clients
     * @param operationsOne multiplications and additions of an answer's passes with one client
     * @param operationsEight the same with eight
     */
    public record Inside(
            double cpuMillisOne,
            double cpuMillisEight,
            double cpuRatio,
            double packed,
            double operationsOne,
            double operationsEight) {}

    /**
     * A stream.
     *
     * @param millis until its first text came
     * @param allMillis until its end came
     * @param step of the first committed text that has no mask before it
     * @param passes that had begun when the text came
     */
    public record FirstPiece(double millis, double allMillis, int step, OptionalLong passes) {}

    /**
     * Many clients.
     *
     * @param requests all of them
     * @param answered whole
     * @param left by their clients
     * @param refused with 429 or 503
     * @param hung without a byte for longer than the patience
     * @param wrong other than when nothing else ran
     * @param lost broken off, or answered with a fault of the server
     * @param example of what was hung, wrong or lost; empty when nothing was
     * @param healthAlone what {@code GET /health} takes before this load, in milliseconds: what the machine adds
     * @param healthMillis the same under this load
     */
    public record Mixed(
            long requests,
            long answered,
            long left,
            long refused,
            long hung,
            long wrong,
            long lost,
            String example,
            Percentiles healthAlone,
            Percentiles healthMillis) {
        /** What became of the requests, by name, and the example. */
        public Map<String, Object> fates() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("requests", requests);
            map.put("answered", answered);
            map.put("left", left);
            map.put("refused", refused);
            map.put("hung", hung);
            map.put("wrong", wrong);
            map.put("lost", lost);
            map.put("example", example);
            return map;
        }
    }

    /** Of a set of times. */
    public record Percentiles(int count, double p50, double p99, double highest) {}

    /**
     * Requests whose clients left.
     *
     * @param sessions that the server still had after a few seconds
     * @param tensors live ones more than before
     */
    public record Aborted(int requests, int sessions, OptionalLong tensors) {}

    /**
     * Requests with something broken in them.
     *
     * @param faults answers of 5xx, with an error of the server's own, or none for too long
     * @param example of one; empty when there is none
     * @param sessions that the server still had a while afterwards
     */
    public record Mutated(int requests, long seed, int faults, String example, int sessions) {}

    /**
     * Streams that wait.
     *
     * @param open how many the server held
     * @param before the server's memory before; empty where the system does not tell
     * @param during its memory with them
     */
    public record Idle(int open, Optional<Parts> before, Optional<Parts> during) {}
}
