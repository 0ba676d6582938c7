package io.github.coda4j.generate;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.Growth;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.generate.request.Until;
import io.github.coda4j.text.MarkedText;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is to be generated and how.
 *
 * @param prompt what is to be completed, with the number of tokens of each hole
 * @param decode how, with every hole at its ceiling; where open holes turn out shorter there are no more steps than
 *     tokens. With {@link DecodeOptions#growth} a hole at the end that is the only one is not searched, whether or not
 *     it is open; other open holes do not go with it. Each hole's answer ends before the first of its end tokens, and
 *     nothing more is run once every hole has ended
 * @param stopStrings each hole's answer ends before the first of these; none may be empty
 * @param deadline the longest time from submission to the answer, positive; empty: no limit
 * @param lengths how the lengths of open holes are found; without effect where there are none
 * @param until where each hole's answer ends that could be longer; what would lie behind it is not decoded
 */
public record GenerateRequest(
        Prompt prompt,
        DecodeOptions decode,
        List<String> stopStrings,
        Optional<Duration> deadline,
        LengthOptions lengths,
        Until until) {
    public GenerateRequest {
        requireNonNull(prompt, "prompt is null");
        requireNonNull(decode, "decode is null");
        stopStrings = List.copyOf(stopStrings);
        check(!stopStrings.contains(""), "a stop string must not be empty");
        requireNonNull(deadline, "deadline is null");
        check(
                deadline.isEmpty() || deadline.get().isPositive(),
                "the deadline must be positive, got %s",
                deadline.orElse(Duration.ZERO));
        requireNonNull(lengths, "lengths are null");
        requireNonNull(until, "until is null");
        check(
                decode.growth() instanceof Growth.None || !isOpen(prompt) || isCompletion(prompt),
                "grow %s does not go with holes whose lengths are found: give them numbers of tokens, or leave it out",
                decode.growth());
    }

    private static boolean isOpen(Prompt prompt) {
        return prompt instanceof Prompt.Text(Document document, WindowOptions _) && document.isOpen();
    }

    private static boolean isCompletion(Prompt prompt) {
        return prompt instanceof Prompt.Text(Document document, WindowOptions _)
                && document.holes().size() == 1
                && document.shape(0).completion();
    }

    /** Whether lengths of holes are searched: an open hole that is all there is, at the end, may grow instead. */
    boolean searches() {
        return isOpen(prompt) && decode.growth() instanceof Growth.None;
    }

    /** A prompt without stop strings and deadline. */
    public static GenerateRequest of(Prompt prompt, DecodeOptions decode) {
        return new GenerateRequest(prompt, decode, List.of(), Optional.empty(), LengthOptions.DEFAULT, Until.LENGTH);
    }

    /** A document to be filled. */
    public static GenerateRequest of(Document document, DecodeOptions decode) {
        return of(new Prompt.Text(document), decode);
    }

    /** Marked text, such as a rendered chat, to be continued by at most {@code newTokens} tokens. */
    public static GenerateRequest of(MarkedText text, int newTokens, DecodeOptions decode) {
        return of(new Prompt.Marked(text, newTokens), decode);
    }

    /** Ids to be continued by {@code newTokens} tokens; masks among them are holes too. */
    public static GenerateRequest of(int[] ids, int newTokens, DecodeOptions decode) {
        return of(new Prompt.Ids(ids, newTokens), decode);
    }

    /** The same with other windows where its document is too long; refused for a prompt that is no document. */
    public GenerateRequest withWindows(WindowOptions windows) {
        if (prompt instanceof Prompt.Text(Document document, WindowOptions _)) {
            return new GenerateRequest(
                    new Prompt.Text(document, windows), decode, stopStrings, deadline, lengths, until);
        }
        throw new IllegalArgumentException("windows are for documents: this prompt is marked text or ids");
    }

    /** The same, ending at the first of these strings that an answer holds; they replace earlier ones. */
    public GenerateRequest withStopStrings(List<String> strings) {
        return new GenerateRequest(prompt, decode, strings, deadline, lengths, until);
    }

    /** The same for strings that are written down one by one. */
    public GenerateRequest withStopStrings(String... strings) {
        return withStopStrings(List.of(strings));
    }

    /** The same, cut off when this time has passed since its submission; what is finished by then is the answer. */
    public GenerateRequest withDeadline(Duration limit) {
        return new GenerateRequest(prompt, decode, stopStrings, Optional.of(limit), lengths, until);
    }

    /** The same, decoded otherwise. */
    GenerateRequest withDecode(DecodeOptions how) {
        return new GenerateRequest(prompt, how, stopStrings, deadline, lengths, until);
    }

    /** The same with another way to find the lengths of open holes. */
    public GenerateRequest withLengths(LengthOptions how) {
        return new GenerateRequest(prompt, decode, stopStrings, deadline, how, until);
    }

    /** The same with answers that end elsewhere. */
    public GenerateRequest withUntil(Until end) {
        return new GenerateRequest(prompt, decode, stopStrings, deadline, lengths, end);
    }
}
