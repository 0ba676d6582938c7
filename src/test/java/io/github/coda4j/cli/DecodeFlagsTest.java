package io.github.coda4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.decode.BlockStart;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.CachedRows;
import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.Growth;
import io.github.coda4j.decode.MaskCandidates;
import io.github.coda4j.decode.Refresh;
import io.github.coda4j.decode.commit.ConfidenceThreshold;
import io.github.coda4j.decode.commit.MaskGitPlus;
import io.github.coda4j.generate.request.DecodeDefaults;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class DecodeFlagsTest {
    @Command
    private static final class Flags {
        @Mixin
        DecodeFlags decode;
    }

    @Test
    void every_flag_reaches_the_options() {
        DecodeOptions options = options("--steps 8 --alg maskgit_plus --alg-temp 0.5 --temperature 0.7 --top-p 0.9"
                + " --top-k 4 --seed 7 --eps 0.01 --block-length 16 --cache dual --block-start commit"
                + " --mask-candidates allow");
        assertThat(options)
                .isEqualTo(new DecodeOptions(
                        8,
                        OptionalInt.of(16),
                        new MaskGitPlus(0.5),
                        new CachePolicy.Dual(0),
                        BlockStart.COMMIT,
                        MaskCandidates.ALLOW,
                        0.01,
                        0.7,
                        0.9,
                        4,
                        7,
                        Set.of(),
                        OptionalInt.empty()));
        assertThat(options("--alg confidence_threshold --threshold 0.8").commit())
                .isEqualTo(new ConfidenceThreshold(0.8));
    }

    @Test
    void flags_of_caches_and_the_window_reach_the_options() {
        DecodeOptions options =
                options("--block-length 8 --cache dual --refresh drift=0.5 --cached-rows open --window 16");
        assertThat(options.cache()).isEqualTo(new CachePolicy.Dual(new Refresh.Drift(0.5), CachedRows.OPEN));
        assertThat(options.growth()).isEqualTo(new Growth.Window(16));
    }

    private static DecodeOptions options(String line) {
        Flags flags = new Flags();
        new CommandLine(flags).parseArgs(line.split(" "));
        return DecodeDefaults.STANDARD
                .resolve(flags.decode.given())
                .options(CanvasShape.ofCompletion(0, 64), 512, Set.of());
    }
}
