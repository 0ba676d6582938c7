package io.github.coda4j.cli.answer;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.generate.Document;
import io.github.coda4j.generate.length.LengthOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** How the length of a hole is found where nobody says it. */
final class LengthFlags {
    private static final String AUTO = "auto";

    private static final SortedMap<String, LengthOptions.Pads> PADS =
            new TreeMap<>(Map.of("beside", LengthOptions.Pads.BESIDE, "alone", LengthOptions.Pads.ALONE));

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description =
                    "The most tokens of a hole whose length is found (default: " + Document.DEFAULT_CEILING + ").")
    private Optional<Integer> ceiling = Optional.empty();

    @Option(
            names = "--candidates",
            paramLabel = "N",
            description = "How many lengths of a hole are decoded and compared (default: "
                    + LengthOptions.DEFAULT_CANDIDATES + ").")
    private Optional<Integer> candidates = Optional.empty();

    @Option(
            names = "--no-parse",
            description =
                    "Where the file's language is known: do not prefer answers with which it parses (and, in Java, "
                            + "a compiler takes it), and do not try names of the file as answers.")
    private boolean noParse;

    @Option(
            names = "--pads",
            paramLabel = "HOW",
            description =
                    "beside or alone: ask the pads of a checkpoint that has learned it how long a hole is, beside "
                            + "the search or in its place (default: the search alone).")
    private Optional<String> pads = Optional.empty();

    /**
     * Checks them.
     *
     * @param tokens what is said of the holes
     * @throws IllegalArgumentException when a value is wrong or has no effect
     */
    void verify(List<String> tokens) {
        for (String text : tokens) {
            check(text.equals(AUTO) || count(text) >= 1, "--tokens must be at least 1 or auto, got %s", text);
        }
        ceiling.ifPresent(n -> check(n >= 1, "--max-tokens must be at least 1, got %d", n));
        candidates.ifPresent(n -> check(
                n >= 1 && n <= LengthOptions.MOST_CANDIDATES,
                "--candidates must be in [1, %d], got %d",
                LengthOptions.MOST_CANDIDATES,
                n));
        boolean open = tokens.isEmpty() || tokens.contains(AUTO);
        pads.ifPresent(how ->
                check(PADS.containsKey(how), "--pads must be %s, got '%s'", String.join(" or ", PADS.keySet()), how));
        String useless = ceiling.isPresent()
                ? "--max-tokens"
                : candidates.isPresent() ? "--candidates" : pads.isPresent() ? "--pads" : "--no-parse";
        check(
                open || (ceiling.isEmpty() && candidates.isEmpty() && pads.isEmpty() && !noParse),
                "%s has no effect where every hole has its number of tokens: leave it out, or say --tokens auto",
                useless);
    }

    private static int count(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--tokens must be a number or auto, got '" + text + "'", e);
        }
    }

    /**
     * The holes that are asked for: one for all, or one for each in order.
     *
     * @param context the most tokens that are seen at a time, if that is said: holes that nobody gave a ceiling have at
     *     most half of them
     */
    List<Document.Hole> holes(List<String> tokens, Optional<Integer> context) {
        int most = ceiling.orElse(Math.min(
                Document.DEFAULT_CEILING, context.map(n -> Math.max(1, n / 2)).orElse(Integer.MAX_VALUE)));
        Document.Hole auto = Document.Hole.upTo(most);
        return tokens.isEmpty()
                ? List.of(auto)
                : tokens.stream()
                        .map(text -> text.equals(AUTO) ? auto : new Document.Hole(count(text)))
                        .toList();
    }

    /**
     * How lengths are found.
     *
     * @param standard of the checkpoint
     * @param padsClose whether pads are more than tokens like others
     * @throws IllegalArgumentException when pads are to be asked and say nothing
     */
    LengthOptions options(LengthOptions standard, boolean padsClose) {
        check(
                pads.isEmpty() || standard.ceiling().isPresent(),
                "--pads has no effect: the pads of this checkpoint do not say how long a hole is, or nobody looked "
                        + "(coda calibrate length); leave it out");
        check(pads.isEmpty() || padsClose, "--pads has no effect where --hole-pads keep makes them tokens like others");
        return standard.withCandidates(candidates.orElse(LengthOptions.DEFAULT_CANDIDATES))
                .withParses(!noParse)
                .withPads(pads.map(PADS::get).orElse(standard.pads()));
    }
}
