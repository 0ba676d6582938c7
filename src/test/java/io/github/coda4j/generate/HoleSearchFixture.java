package io.github.coda4j.generate;

import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.length.LengthBias;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Searches for the lengths of holes, by networks that know texts. */
abstract class HoleSearchFixture {
    static final LengthOptions PLAIN =
            LengthOptions.DEFAULT.withBias(LengthBias.NONE).withParses(false);

    final Recorder recorder = new Recorder();

    Completion run(RuleDenoiser model, Document document, LengthOptions how) throws Exception {
        return run(model, document, how, DecodeOptions.ofSteps(64));
    }

    Completion run(RuleDenoiser model, Document document, LengthOptions how, DecodeOptions decode) throws Exception {
        return run(model, document, how, decode, WindowOptions.DEFAULT);
    }

    Completion run(
            RuleDenoiser model, Document document, LengthOptions how, DecodeOptions decode, WindowOptions windows)
            throws Exception {
        try (Engine engine = new Engine(model, new ByteTokenizer(), EngineOptions.DEFAULT)) {
            return engine.submit(request(document, how, decode).withWindows(windows), recorder)
                    .await();
        }
    }

    static GenerateRequest request(Document document, LengthOptions how, DecodeOptions decode) {
        return GenerateRequest.of(document, decode).withLengths(how);
    }

    static long numPlans(RuleDenoiser model) {
        return model.passes().stream().mapToLong(List::size).sum();
    }

    /**
     * Knows texts, the first one best. Where a sequence has the length of one of them and agrees with it, it proposes
     * what stands there; elsewhere letters of the first, less surely.
     */
    static RuleDenoiser knowing(String... texts) {
        List<int[]> known = List.of(texts).stream()
                .map(text -> new ByteTokenizer().encode(text))
                .toList();
        return new RuleDenoiser(
                4096,
                (sequence, position) -> best(known, sequence)[Math.min(position, best(known, sequence).length - 1)],
                (sequence, position) -> {
                    int rank = IntStream.range(0, known.size())
                            .filter(i -> agrees(known.get(i), sequence))
                            .findFirst()
                            .orElse(known.size());
                    double distance = Math.abs(sequence.length - known.getFirst().length);
                    double sure = rank == known.size() ? 0.6 / (1 + 0.1 * distance) : 0.95 - 0.05 * rank;
                    return sure - 1e-4 * (position % 7);
                });
    }

    /** Sure of what stands between brackets at the length that it knows for the opening one. */
    static RuleDenoiser knowingLengths(Map<Character, Integer> lengths) {
        return new RuleDenoiser(4096, (_, position) -> 'a' + position % 26, (sequence, position) -> {
            int left = position;
            while (left > 0 && !lengths.containsKey((char) sequence[left])) {
                left--;
            }
            int right = position;
            while (right < sequence.length && ")]}".indexOf(sequence[right]) < 0) {
                right++;
            }
            return right - left - 1 == lengths.getOrDefault((char) sequence[left], -1) ? 0.99 : 0.1;
        });
    }

    static int[] best(List<int[]> known, int[] sequence) {
        return known.stream().filter(text -> agrees(text, sequence)).findFirst().orElse(known.getFirst());
    }

    static boolean agrees(int[] text, int[] sequence) {
        return text.length == sequence.length
                && IntStream.range(0, text.length)
                        .allMatch(i -> sequence[i] == ByteTokenizer.MASK || sequence[i] == text[i]);
    }
}
