package io.github.coda4j.decode.commit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Several spans are open at once: the next one opens when the last one is begun; while the one before it is not nearly
 * done it only commits what is below tau, from then on at least its proposal of lowest entropy in each forward (d3LLM's
 * multi-block schedule). A span is a run of masks of a block, cut to a length; without a block length the block is the
 * canvas. Positions of closed spans are not asked for.
 *
 * @param span masks of a span, at least 1
 * @param openAt the next span opens when this share of the last one is committed, in [0, 1]
 * @param forceAt a span commits at least one token a forward when this share of the one before it is, in [0, 1]
 * @param tau in nats, positive
 */
public record MultiBlock(int span, double openAt, double forceAt, double tau) implements CommitPolicy {
    static final PolicyParameter SPAN = new PolicyParameter(
            "span", "N", PolicyParameter.Range.wholeFrom(1), 32, "masks of a span, of which several are open at once");

    static final PolicyParameter OPEN_AT = new PolicyParameter(
            "open_at",
            "X",
            PolicyParameter.Range.between(0, 1),
            0.1,
            "share of a span that is committed when the next one opens");

    static final PolicyParameter FORCE_AT = new PolicyParameter(
            "force_at",
            "X",
            PolicyParameter.Range.between(0, 1),
            0.95,
            "share of a span that is committed when the next one commits a token in each forward");

    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "multi_block",
            "as entropy_threshold, in spans of which the next one opens before the last one is done",
            List.of(SPAN, OPEN_AT, FORCE_AT, EntropyThreshold.TAU),
            values -> new MultiBlock(
                    values.whole(SPAN),
                    values.number(OPEN_AT),
                    values.number(FORCE_AT),
                    values.number(EntropyThreshold.TAU)));

    public MultiBlock {
        SPAN.require(span);
        OPEN_AT.require(openAt);
        FORCE_AT.require(forceAt);
        EntropyThreshold.TAU.require(tau);
    }

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public Set<Need> needs() {
        return Set.of(Need.PLAIN_PROBABILITIES);
    }

    @Override
    public float confidence(Candidate candidate) {
        return candidate.negativeEntropy();
    }

    @Override
    public Selector selector(BlockContext block) {
        return new Spans(block);
    }

    private final class Spans implements Selector {
        private final BlockContext block;
        /** The positions of each span, ascending. */
        private final List<int[]> spans = new ArrayList<>();

        Spans(BlockContext block) {
            this.block = block;
            int[] masks = IntStream.range(block.block().start(), block.block().end())
                    .filter(block.masked())
                    .toArray();
            int start = 0;
            for (int i = 1; i <= masks.length; i++) {
                if (i == masks.length || masks[i] != masks[i - 1] + 1 || i - start == span) {
                    spans.add(Arrays.copyOfRange(masks, start, i));
                    start = i;
                }
            }
        }

        @Override
        public int[] wanted(int step, int[] masked) {
            int last = spans.get(numOpen() - 1)[spans.get(numOpen() - 1).length - 1];
            return Arrays.stream(masked).filter(position -> position <= last).toArray();
        }

        @Override
        public int[] chosen(int step, List<Candidate> candidates) {
            List<Integer> chosen = new ArrayList<>();
            int next = 0;
            for (int i = 0; i < numOpen() && next < candidates.size(); i++) {
                int last = spans.get(i)[spans.get(i).length - 1];
                int first = next;
                while (next < candidates.size() && candidates.get(next).position() <= last) {
                    next++;
                }
                chosen.addAll(ofSpan(candidates, first, next, i == 0 || done(i - 1) >= forceAt));
            }
            return chosen.stream().mapToInt(Integer::intValue).toArray();
        }

        private List<Integer> ofSpan(List<Candidate> candidates, int first, int end, boolean forced) {
            List<Integer> below = IntStream.range(first, end)
                    .filter(i -> EntropyBound.entropy(candidates.get(i)) < tau)
                    .boxed()
                    .toList();
            if (!below.isEmpty() || !forced || first == end) {
                return below;
            }
            return List.of(IntStream.range(first, end)
                    .boxed()
                    .min(Comparator.comparingDouble(i -> EntropyBound.entropy(candidates.get(i))))
                    .orElseThrow());
        }

        private int numOpen() {
            int open = 1;
            while (open < spans.size() && done(open - 1) >= openAt) {
                open++;
            }
            return open;
        }

        private double done(int index) {
            int[] positions = spans.get(index);
            return Arrays.stream(positions).filter(block.masked().negate()).count() / (double) positions.length;
        }
    }
}
