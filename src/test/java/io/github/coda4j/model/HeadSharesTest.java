package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadSharesTest {
    @ParameterizedTest
    @CsvSource({"16,8,1", "16,8,2", "16,8,3", "16,8,8", "16,8,32", "4,4,2", "6,2,2", "6,2,5"})
    void every_head_is_made_once(int heads, int kvHeads, int workers) {
        HeadShares shares = new HeadShares(heads, kvHeads, workers);
        int[] all = IntStream.range(0, workers)
                .flatMap(worker -> Arrays.stream(shares.of(worker)))
                .sorted()
                .toArray();
        assertThat(all).isEqualTo(IntStream.range(0, heads + 2 * kvHeads).toArray());
    }

    @ParameterizedTest
    @CsvSource({"16,8,2", "16,8,8", "6,2,2"})
    void a_self_contained_share_has_the_queries_of_its_keys_and_values(int heads, int kvHeads, int workers) {
        HeadShares shares = new HeadShares(heads, kvHeads, workers);
        assertThat(shares.selfContained()).isTrue();
        for (int worker = 0; worker < workers; worker++) {
            for (int kv = shares.firstKvHead(worker); kv < shares.firstKvHead(worker + 1); kv++) {
                assertThat(shares.of(worker)).contains(heads + kv, heads + kvHeads + kv);
                for (int q = kv * heads / kvHeads; q < (kv + 1) * heads / kvHeads; q++) {
                    assertThat(shares.of(worker)).contains(q);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"16,8,3", "16,8,32", "6,2,5"})
    void other_numbers_of_workers_get_runs_of_heads(int heads, int kvHeads, int workers) {
        HeadShares shares = new HeadShares(heads, kvHeads, workers);
        assertThat(shares.selfContained()).isFalse();
        for (int worker = 0; worker < workers; worker++) {
            int[] share = shares.of(worker);
            assertThat(share[share.length - 1] - share[0]).isEqualTo(share.length - 1);
        }
    }
}
