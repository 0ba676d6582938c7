package io.github.coda4j.kernel;

import static io.github.coda4j.Checks.check;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * One row of logits becomes one proposal in a few passes at memory speed, without a softmax of the row being stored.
 * Stateless: any number of threads may reduce different rows. {@link PlainLogitsRow} is the same in plain code.
 */
public final class LogitsRow {
    /** What a filter writes over a logit: the lowest float. */
    public static final float REMOVED = -Float.MAX_VALUE;

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** Sums run in float lanes over this many logits and in double between chunks: keeps 7 digits on any row length. */
    private static final int CHUNK = 1024;

    /** Half of what a draw above 0 is at least. Removed tokens, to which a sum of floats leaves a trace, lie below. */
    static final double LEAST_DRAW = 0x1p-54;

    private LogitsRow() {}

    /**
     * The proposal of one row. The row's memory is used as scratch unless temperature is 0, nothing is removed and
     * nothing cut.
     *
     * @param logits native-order floats
     * @param offset byte offset of the row
     * @param numTokens number of logits, at least 1
     * @param rule temperature, filters and what is removed
     * @param uniform the draw, in [0, 1), where 0 counts as 2^-54: the first id is proposed at which the cumulative
     *     probability in order of ids exceeds it; unused at temperature 0
     */
    public static RowProposal reduce(MemorySegment logits, long offset, int numTokens, RowRule rule, double uniform) {
        rule.checkFits(numTokens);
        MemorySegment row = logits.asSlice(offset, 4L * numTokens);
        RowFilter.restrict(row, numTokens, rule);
        RowFilter.cut(row, numTokens, rule);
        return propose(row, numTokens, rule.temperature(), uniform, distribution(row, numTokens));
    }

    /**
     * The same, which also answers what else is wanted of the row.
     *
     * @param details receives the answer
     */
    public static RowProposal reduce(
            MemorySegment logits, long offset, int numTokens, RowRule rule, double uniform, RowDetails details) {
        rule.checkFits(numTokens);
        check(
                details.otherToken() < numTokens,
                "the token %d, whose probability is wanted, is none of %d ids",
                details.otherToken(),
                numTokens);
        for (int token : details.askedTokens()) {
            check(
                    token >= 0 && token < numTokens,
                    "the token %d, whose probability is wanted, is none of %d ids",
                    token,
                    numTokens);
        }
        MemorySegment row = logits.asSlice(offset, 4L * numTokens);
        RowFilter.restrict(row, numTokens, rule);
        boolean early = details.beforeCuts() && rule.cuts();
        double logNormalizer = 0;
        if (early) {
            logNormalizer = distribution(row, numTokens).logNormalizer();
            answer(row, numTokens, logNormalizer, details);
        }
        RowFilter.cut(row, numTokens, rule);
        Distribution left = distribution(row, numTokens);
        RowProposal proposal = propose(row, numTokens, rule.temperature(), uniform, left);
        if (!early) {
            logNormalizer = left.logNormalizer();
            answer(row, numTokens, logNormalizer, details);
        }
        details.setProposed(at(row, proposal.token()), logNormalizer);
        return proposal;
    }

    private static void answer(MemorySegment row, int numTokens, double logNormalizer, RowDetails details) {
        int found = BestTokens.find(row, numTokens, details.ids(), details.logProbabilities());
        details.setBest(found, logNormalizer);
        if (details.otherToken() >= 0) {
            details.setOther(at(row, details.otherToken()), logNormalizer);
        }
        for (int i = 0; i < details.askedTokens().length; i++) {
            details.setAsked(i, at(row, details.askedTokens()[i]), logNormalizer);
        }
    }

    /** The softmax of a row: its two best logits, and sums over exp(logit - best). */
    private record Distribution(Top top, Sums sums, double total) {
        /** What the logarithm of a probability is less than the logit. */
        double logNormalizer() {
            return top.best() + Math.log(total);
        }
    }

    private static Distribution distribution(MemorySegment row, int numTokens) {
        Top top = top(row, numTokens);
        Sums sums = sums(row, numTokens, top.best());
        return new Distribution(top, sums, Arrays.stream(sums.masses()).sum());
    }

    private static RowProposal propose(
            MemorySegment row, int numTokens, double temperature, double uniform, Distribution of) {
        Top top = of.top();
        Sums sums = of.sums();
        double total = of.total();
        double logTotal = Math.log(total);
        double negativeEntropy = sums.weighted() / total - logTotal;
        // p * log(p + 1e-10) exceeds p * log(p) by 1e-10 where p is well above 1e-10 and by nothing where it is well
        // below.
        negativeEntropy += 1e-10 * countAbove(row, numTokens, (float) (top.best() + logTotal + Math.log(0.4e-10)));
        int token = temperature > 0
                ? drawn(row, numTokens, top.best(), sums.masses(), Math.max(uniform, LEAST_DRAW) * total)
                : indexOf(row, numTokens, top.best());
        double probability = Math.exp((double) at(row, token) - top.best()) / total;
        double margin = (1 - Math.exp((double) top.second() - top.best())) / total;
        return new RowProposal(token, (float) probability, (float) margin, (float) negativeEntropy);
    }

    /**
     * Divides the row by the temperature if that is above 0 and overwrites what is removed or cut with
     * {@link #REMOVED}. Arguments as for {@link #reduce(MemorySegment, long, int, RowRule, double)}.
     */
    public static void filter(MemorySegment logits, long offset, int numTokens, RowRule rule) {
        rule.checkFits(numTokens);
        MemorySegment row = logits.asSlice(offset, 4L * numTokens);
        RowFilter.restrict(row, numTokens, rule);
        RowFilter.cut(row, numTokens, rule);
    }

    /** The two best logits; equal ones count as two. */
    record Top(float best, float second) {}

    static Top top(MemorySegment row, int numTokens) {
        float[] carried = new float[4 * LANES];
        Arrays.fill(carried, Float.NEGATIVE_INFINITY);
        int bound = numTokens - numTokens % (2 * LANES);
        for (int from = 0; from < bound; from += CHUNK) {
            top(row, from, Math.min(from + CHUNK, bound), carried);
        }
        float[] all = Arrays.copyOf(carried, carried.length + numTokens - bound);
        for (int i = bound; i < numTokens; i++) {
            all[carried.length + i - bound] = at(row, i);
        }
        return best(all);
    }

    /** Goes on with the best and second best of each lane of two vectors. */
    private static void top(MemorySegment row, int from, int to, float[] carried) {
        FloatVector first0 = FloatVector.fromArray(SPECIES, carried, 0);
        FloatVector first1 = FloatVector.fromArray(SPECIES, carried, LANES);
        FloatVector second0 = FloatVector.fromArray(SPECIES, carried, 2 * LANES);
        FloatVector second1 = FloatVector.fromArray(SPECIES, carried, 3 * LANES);
        for (int i = from; i < to; i += 2 * LANES) {
            FloatVector x0 = load(row, i);
            FloatVector x1 = load(row, i + LANES);
            second0 = larger(smaller(x0, first0), second0);
            second1 = larger(smaller(x1, first1), second1);
            first0 = larger(x0, first0);
            first1 = larger(x1, first1);
        }
        FloatVector least = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        least.max(first0).intoArray(carried, 0);
        least.max(first1).intoArray(carried, LANES);
        least.max(second0).intoArray(carried, 2 * LANES);
        least.max(second1).intoArray(carried, 3 * LANES);
    }

    private static Top best(float[] values) {
        float best = Float.NEGATIVE_INFINITY;
        float second = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            if (value > best) {
                second = best;
                best = value;
            } else if (value > second) {
                second = value;
            }
        }
        return new Top(best, second);
    }

    /**
     * Where x is NaN, the other: it is what the loop carries, and so never the receiver of a call (see {@link Lanes}).
     */
    private static FloatVector larger(FloatVector x, FloatVector carried) {
        return x.blend(carried, x.compare(VectorOperators.GT, carried).not());
    }

    private static FloatVector smaller(FloatVector x, FloatVector carried) {
        return x.blend(carried, x.compare(VectorOperators.LT, carried).not());
    }

    /**
     * With d = logit - best: the sum of exp(d) over each chunk of the row, and the sum of exp(d) * d over all of it.
     */
    record Sums(double[] masses, double weighted) {}

    static Sums sums(MemorySegment row, int numTokens, float best) {
        double[] masses = new double[(numTokens + CHUNK - 1) / CHUNK];
        float[] lanes = new float[LANES];
        double weighted = 0;
        for (int chunk = 0; chunk < masses.length; chunk++) {
            int end = Math.min((chunk + 1) * CHUNK, numTokens);
            FloatVector mass0 = FloatVector.zero(SPECIES);
            FloatVector mass1 = mass0;
            FloatVector weighted0 = mass0;
            FloatVector weighted1 = mass0;
            int i = chunk * CHUNK;
            for (; i + 2 * LANES <= end; i += 2 * LANES) {
                FloatVector d0 = Exp.clamp(load(row, i).sub(best));
                FloatVector d1 = Exp.clamp(load(row, i + LANES).sub(best));
                FloatVector e0 = Exp.of(d0);
                FloatVector e1 = Exp.of(d1);
                mass0 = e0.add(mass0);
                mass1 = e1.add(mass1);
                weighted0 = e0.fma(d0, weighted0);
                weighted1 = e1.fma(d1, weighted1);
            }
            FloatVector none = FloatVector.zero(SPECIES);
            double mass = sum(none.add(mass0).add(mass1), lanes);
            weighted += sum(none.add(weighted0).add(weighted1), lanes);
            for (; i < end; i++) {
                double d = Exp.clamp((double) at(row, i) - best);
                double e = Math.exp(d);
                mass += e;
                weighted += e * d;
            }
            masses[chunk] = mass;
        }
        return new Sums(masses, weighted);
    }

    /** In fixed order: the order of reduceLanes changes when the code is compiled, and with it the last digit. */
    private static double sum(FloatVector vector, float[] lanes) {
        vector.intoArray(lanes, 0);
        double sum = 0;
        for (float lane : lanes) {
            sum += lane;
        }
        return sum;
    }

    private static int countAbove(MemorySegment row, int numTokens, float least) {
        int count = 0;
        for (int from = 0; from < numTokens; from += CHUNK) {
            count += countAbove(row, from, Math.min(from + CHUNK, numTokens), least);
        }
        return count;
    }

    private static int countAbove(MemorySegment row, int from, int to, float least) {
        int count = 0;
        int i = from;
        for (; i + LANES <= to; i += LANES) {
            count += load(row, i).compare(VectorOperators.GT, least).trueCount();
        }
        for (; i < to; i++) {
            count += at(row, i) > least ? 1 : 0;
        }
        return count;
    }

    /**
     * The lowest id with this logit; 0 if there is none, which only a row of NaN has. A loop over vectors that returns
     * from its middle would keep its mask in memory, at thirty times the cost; so the chunk is found first.
     */
    private static int indexOf(MemorySegment row, int numTokens, float logit) {
        for (int from = 0; from < numTokens; from += CHUNK) {
            int to = Math.min(from + CHUNK, numTokens);
            if (countEqual(row, from, to, logit) > 0) {
                int index = from;
                while (at(row, index) != logit) {
                    index++;
                }
                return index;
            }
        }
        return 0;
    }

    private static int countEqual(MemorySegment row, int from, int to, float logit) {
        int count = 0;
        int i = from;
        for (; i + LANES <= to; i += LANES) {
            count += load(row, i).compare(VectorOperators.EQ, logit).trueCount();
        }
        for (; i < to; i++) {
            count += at(row, i) == logit ? 1 : 0;
        }
        return count;
    }

    /** The first id at which the running mass exceeds the target. */
    private static int drawn(MemorySegment row, int numTokens, float best, double[] masses, double target) {
        int chunk = 0;
        double before = 0;
        while (chunk < masses.length - 1 && before + masses[chunk] <= target) {
            before += masses[chunk++];
        }
        int last = 0;
        for (int i = chunk * CHUNK; i < Math.min((chunk + 1) * CHUNK, numTokens); i++) {
            double mass = Math.exp(Exp.clamp((double) at(row, i) - best));
            if (at(row, i) != REMOVED) {
                last = i;
            }
            before += mass;
            if (before > target) {
                return i;
            }
        }
        return last;
    }

    static float at(MemorySegment row, int index) {
        return row.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * index);
    }

    static FloatVector load(MemorySegment row, int index) {
        return FloatVector.fromMemorySegment(SPECIES, row, 4L * index, ORDER);
    }
}
