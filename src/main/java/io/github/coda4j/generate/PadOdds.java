package io.github.coda4j.generate;

import io.github.coda4j.model.plan.DetailRequest;
import io.github.coda4j.model.plan.Proposals;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Asks a model for the length of a hole with a pad behind it: how probable the pad is at each of its masks. */
final class PadOdds {
    private PadOdds() {}

    /** What a forward is asked at the masks of such holes. */
    static DetailRequest request(int[] positions, int pad) {
        return new DetailRequest(
                0,
                false,
                DetailRequest.Distribution.SOFTMAX,
                Arrays.stream(positions).boxed().collect(Collectors.toMap(position -> position, _ -> List.of(pad))));
    }

    /** What it answers, by position. */
    static double[] of(Proposals answer) {
        return Arrays.stream(answer.details().orElseThrow().asked())
                .mapToDouble(asked -> Math.exp(asked[0]))
                .toArray();
    }
}
