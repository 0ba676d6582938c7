package io.github.coda4j.serve;

import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.Growth;
import io.github.coda4j.generate.Document;
import io.github.coda4j.generate.FinishReason;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.Prompt;
import io.github.coda4j.generate.WindowOptions;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.generate.request.DecodeSettings;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.generate.request.Setting;
import io.github.coda4j.generate.request.ValueSource;
import io.github.coda4j.serve.Planned.Unasked;
import io.github.coda4j.serve.apply.SnippetMerge;
import io.github.coda4j.serve.wire.AnswerOptions;
import io.github.coda4j.serve.wire.Problem;
import io.github.coda4j.serve.wire.TextPrompt;
import io.github.coda4j.serve.wire.TextPrompt.Holes.Length;
import io.github.coda4j.text.ChatRequest;
import io.github.coda4j.text.MarkedText;
import io.github.coda4j.text.Tokenizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Turns what a client wants into requests for the engine. All that is wrong with them is found here. */
final class Planner {
    /** Tokens around a hole that are seen however slow the machine is. */
    private static final int LEAST_CONTEXT = 64;

    /** Tokens by which an edit may make its region longer. */
    private static final int EDIT_MARGIN = 8;

    /** What says how much work an answer is. */
    private static final List<Parameter<?>> WORK =
            List.of(Parameter.STEPS, Parameter.ALG, Parameter.BLOCK_LENGTH, Parameter.CACHE, Parameter.GROW);

    private final ServedModel model;
    private final Duration timeout;
    private final LongSupplier seeds;
    private final Lengths lengths;

    /**
     * A planner for one model.
     *
     * @param timeout the longest time of an answer
     * @param seeds gives a seed where the client does not
     */
    Planner(ServedModel model, Duration timeout, LongSupplier seeds, Lengths lengths) {
        this.model = model;
        this.timeout = timeout;
        this.seeds = seeds;
        this.lengths = lengths;
    }

    /** The answers to a chat, one for each choice. */
    List<Planned> chat(ChatRequest chat, AnswerOptions options) {
        DecodeSettings how = settings(options);
        ChatRequest asked = chat.enableThinking().isPresent() ? chat : chat.withThinking(how.thinking());
        MarkedText text = model.template()
                .orElseThrow(() -> Problem.unsupported(
                        "messages",
                        "the model was trained on chats of another family: send its prompt to /v1/completions"))
                .mark(asked);
        return completions(model.tokenizer().encode(text), how, options, "messages", "");
    }

    /** The answers to a prompt, one for each choice. */
    List<Planned> text(TextPrompt prompt, AnswerOptions options, boolean echo) {
        DecodeSettings how = settings(options);
        return switch (prompt) {
            case TextPrompt.Text given -> {
                String echoed = echo ? given.text() : "";
                yield completions(rawIds(given.text()), how, options, "prompt", echoed);
            }
            case TextPrompt.Ids given -> {
                checkIds(given.ids());
                String text = echo ? model.tokenizer().decode(given.ids()) : "";
                yield completions(given.ids(), how, options, "prompt", text);
            }
            case TextPrompt.Holes holes -> {
                DecodeSettings ofHoles = settings(
                        options,
                        options.fixedLength() || holes.lengths().getLast().fixed());
                yield holes(holes, ofHoles, options, echo ? holes.pieces().getFirst() : "");
            }
        };
    }

    private DecodeSettings settings(AnswerOptions options) {
        return settings(options, options.fixedLength());
    }

    /** @param fixed whether what stands at the end has a length, so that it does not grow */
    private DecodeSettings settings(AnswerOptions options, boolean fixed) {
        DecodeDefaults defaults = model.defaults();
        if (options.effort().isPresent()) {
            List<ValueSource> said = defaults.behind(options.decode()).sources();
            defaults = defaults.behind(options.effort().get().settings(!options.fixedLength(), said));
        }
        if (!fixed) {
            return defaults.resolve(options.decode());
        }
        if (options.decode().find(Parameter.GROW).isPresent()) {
            String length = options.fixedLength() ? "length fixed" : "tokens of the last region";
            throw Problem.wrong("grow", "grow and " + length + " exclude each other: leave one of them out");
        }
        return defaults.behind(Given.inJava().with(Parameter.GROW, Growth.NONE)).resolve(options.decode());
    }

    /**
     * Text of the client's own, in which it may name special tokens, but not masks: these have lengths of their own.
     */
    private int[] rawIds(String text) {
        int[] ids = model.tokenizer().encode(MarkedText.trusted(text));
        if (Arrays.stream(ids).anyMatch(id -> id == model.maskId())) {
            throw Problem.wrong(
                    "prompt", "prompt holds the mask token: send what stands behind the hole as the suffix instead");
        }
        return ids;
    }

    private void checkIds(int[] ids) {
        int size = model.tokenizer().vocabSize();
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= size || ids[i] == model.maskId()) {
                throw Problem.wrong(
                        "prompt[" + i + "]",
                        String.format(
                                Locale.ROOT,
                                "prompt[%d] must be the id of a token that is no mask, 0 to %d, got %d",
                                i,
                                size - 1,
                                ids[i]));
            }
        }
    }

    private List<Planned> completions(int[] ids, DecodeSettings how, AnswerOptions options, String field, String echo) {
        int wanted = options.ceiling().orElseGet(how::maxNewTokens);
        if (wanted == 0) {
            return nothing(options, ids.length, echo);
        }
        int room = model.maxPositions() - ids.length;
        DecodeOptions decode;
        int tokens;
        if (options.fixedLength()) {
            tokens = wanted;
            checkRoom(ids.length, tokens, field);
            decode = how.options(CanvasShape.ofCompletion(ids.length, tokens), model.maxPositions(), model.endTokens());
        } else {
            checkRoom(ids.length, 1, field);
            tokens = behind(Math.min(wanted, room), how);
            decode = fitting(CanvasShape.ofCompletion(ids.length, tokens), model.maxPositions(), how);
        }
        return choices(new Prompt.Ids(ids, tokens), closing(decode, how), how, options, ids.length, echo);
    }

    private List<Planned> holes(TextPrompt.Holes text, DecodeSettings how, AnswerOptions options, String echo) {
        Tokenizer tokenizer = model.tokenizer();
        List<String> pieces = text.pieces();
        int given = pieces.stream()
                .mapToInt(piece -> tokenizer.encodeOrdinary(piece).length)
                .sum();
        int ofAll = options.ceiling().orElseGet(how::maxNewTokens);
        if (ofAll == 0) {
            return nothing(options, given, echo);
        }
        boolean allFixed = options.fixedLength();
        long said = text.lengths().stream()
                .filter(length -> allFixed || length.fixed())
                .mapToLong(length -> length.tokens().orElse(ofAll))
                .sum();
        int open = (int) text.lengths().stream()
                .filter(length -> !allFixed && !length.fixed())
                .count();
        checkRoom(given, said + open, "prompt");
        List<Document.Hole> holes = new ArrayList<>();
        for (Length length : text.lengths()) {
            int wanted = length.tokens().orElse(ofAll);
            if (allFixed || length.fixed()) {
                holes.add(new Document.Hole(wanted));
                continue;
            }
            int most = Math.min(wanted, (int) (model.maxPositions() - given - said) / open);
            boolean last = holes.size() == text.lengths().size() - 1
                    && pieces.getLast().isEmpty();
            if (last) {
                holes.add(new Document.Hole(holes.isEmpty() ? behind(most, how) : whole(most, how)));
            } else {
                holes.add(lengths.hole(most));
            }
        }
        Document document = Document.ofPieces(pieces, holes);
        CanvasShape shape = document.shape(0);
        DecodeOptions decode = allFixed
                ? how.options(shape, model.maxPositions(), model.endTokens())
                : fitting(shape, model.maxPositions(), how);
        return choices(new Prompt.Text(document), closing(decode, how), how, options, given, echo);
    }

    /** Masks that nothing stands behind: the most if they grow. */
    private int behind(int most, DecodeSettings how) {
        int all = how.wholeBlocks(most, most);
        boolean grows = how.grows(CanvasShape.ofCompletion(0, all), lengths.growth());
        return grows ? all : whole(most, how);
    }

    private int whole(int most, DecodeSettings how) {
        return how.wholeBlocks(lengths.whole(most, how.maxNewTokens()), most);
    }

    private DecodeOptions fitting(CanvasShape shape, int maxPositions, DecodeSettings how) {
        return how.fitting(shape, lengths.growth(), maxPositions, model.endTokens());
    }

    /** With the token that closes holes, where the model has one. */
    private DecodeOptions closing(DecodeOptions decode, DecodeSettings how) {
        return decode.withHolePad(how.holePad(model.tokenizer().holePad()));
    }

    /**
     * The answers for a hole whose text is cut where it is too long: what is nearest to the hole stays.
     *
     * @param context tokens that are seen, the hole included; empty: as many as the model takes
     * @param hurry what a hole of at most so many tokens comes to where there is no time to look for its length
     */
    List<Planned> infill(
            String before,
            String after,
            AnswerOptions options,
            OptionalInt context,
            IntFunction<Optional<Haste>> hurry) {
        DecodeSettings asked = settings(options);
        int wanted = options.ceiling().orElseGet(asked::maxNewTokens);
        if (wanted == 0) {
            return nothing(options, 0, "");
        }
        int most = Math.min(wanted, model.maxPositions() - 1);
        Optional<Haste> haste = leavesWork(options) ? hurry.apply(most) : Optional.empty();
        DecodeSettings how = haste.map(plan -> settings(options, plan)).orElse(asked);
        Document.Hole hole = options.fixedLength()
                ? new Document.Hole(wanted)
                : haste.map(plan -> new Document.Hole(plan.tokens()))
                        .orElseGet(() -> after.isEmpty() ? new Document.Hole(whole(most, how)) : lengths.hole(most));
        Document document = document(List.of(before, after), hole);
        int least = Math.min(model.maxPositions(), hole.tokens() + LEAST_CONTEXT);
        WindowOptions windows = context.isEmpty()
                ? WindowOptions.DEFAULT
                : WindowOptions.DEFAULT.withContext(Math.clamp(context.getAsInt(), least, model.maxPositions()));
        int positions = windows.positions(document, model.maxPositions());
        DecodeOptions decode = options.fixedLength()
                ? how.options(document.shape(0), positions, model.endTokens())
                : fitting(document.shape(0), positions, how);
        return choices(new Prompt.Text(document, windows), closing(decode, how), how, options, 0, "");
    }

    /** Whether nobody, neither client nor operator, says how holes are filled; a checkpoint's files do not count. */
    private boolean leavesWork(AnswerOptions options) {
        return !options.fixedLength()
                && options.effort().isEmpty()
                && WORK.stream()
                        .allMatch(parameter -> options.decode().find(parameter).isEmpty()
                                && model.defaults().sources().stream()
                                        .flatMap(source -> source.find(parameter).stream())
                                        .allMatch(setting -> setting.origin() == Setting.Origin.FILE));
    }

    private DecodeSettings settings(AnswerOptions options, Haste plan) {
        Given given = Given.inJava()
                .with(Parameter.STEPS, plan.steps())
                .with(Parameter.BLOCK_LENGTH, plan.tokens())
                .with(Parameter.CACHE, "dual");
        return model.defaults().behind(given).resolve(options.decode());
    }

    /** The answers for a region that is written anew: masks for what it has, and some more. */
    List<Planned> rewrite(String before, String region, String after, AnswerOptions options) {
        DecodeSettings how = settings(options);
        int old = model.tokenizer().encodeOrdinary(region).length;
        int most = Math.min(options.ceiling().orElse(Integer.MAX_VALUE), model.maxPositions() / 2);
        if (most == 0) {
            return nothing(options, 0, "");
        }
        Document.Hole hole = Document.Hole.upTo(Math.min(old + EDIT_MARGIN, most));
        Document document = document(List.of(before, after), hole);
        int positions = WindowOptions.DEFAULT.positions(document, model.maxPositions());
        DecodeOptions decode = fitting(document.shape(0), positions, how);
        return choices(new Prompt.Text(document), closing(decode, how), how, options, 0, "");
    }

    /**
     * Code with a snippet in it, which no model is asked for: none here was trained to merge, and code that is merged
     * wrongly is broken.
     */
    Planned merge(String original, String snippet, AnswerOptions options) {
        if (SnippetMerge.isTooLarge(original, snippet)) {
            throw Problem.tooLong(
                    "messages",
                    String.format(
                            Locale.ROOT,
                            "code of %d lines and a snippet of %d are too much to compare: send the part of the code "
                                    + "that the snippet is about",
                            original.lines().count(),
                            snippet.lines().count()));
        }
        String merged = SnippetMerge.merge(original, snippet)
                .orElseThrow(() -> Problem.wrong(
                        "messages",
                        "nothing says where the snippet belongs: it needs a line that the code has once, or a "
                                + "comment with an ellipsis for code that it leaves out"));
        for (String stop : settings(options).stopStrings()) {
            int end = merged.indexOf(stop);
            merged = end < 0 ? merged : merged.substring(0, end);
        }
        Tokenizer tokenizer = model.tokenizer();
        int given = tokenizer.encodeOrdinary(original).length + tokenizer.encodeOrdinary(snippet).length;
        int tokens = tokenizer.encodeOrdinary(merged).length;
        if (options.ceiling().orElse(tokens) < tokens) {
            throw Problem.tooLong(
                    options.ceilingField(),
                    String.format(
                            Locale.ROOT,
                            "the merged code has %d tokens and %s is %d: half of a file would be lost, ask for more",
                            tokens,
                            options.ceilingField(),
                            options.ceiling().getAsInt()));
        }
        return new Planned(Optional.empty(), given, merged, new Unasked(tokens, FinishReason.STOP));
    }

    private static Document document(List<String> pieces, Document.Hole hole) {
        List<Document.Segment> segments = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            if (i > 0) {
                segments.add(hole);
            }
            if (!pieces.get(i).isEmpty()) {
                segments.add(new Document.Text(pieces.get(i)));
            }
        }
        return new Document(segments);
    }

    /** Prompts are never cut: what is too long is refused before anything runs. */
    private void checkRoom(int given, long tokens, String field) {
        if (given + tokens > model.maxPositions()) {
            throw Problem.tooLong(
                    field,
                    String.format(
                            Locale.ROOT,
                            "the prompt has %d tokens and at least %d are to be generated, together %d: the model "
                                    + "takes at most %d; shorten one of them",
                            given,
                            tokens,
                            given + tokens,
                            model.maxPositions()));
        }
    }

    private List<Planned> choices(
            Prompt prompt, DecodeOptions decode, DecodeSettings how, AnswerOptions options, int given, String echo) {
        long seed = options.seed().orElseGet(() -> ofServer().orElseGet(seeds::getAsLong));
        Duration limit =
                options.deadline().filter(asked -> asked.compareTo(timeout) < 0).orElse(timeout);
        return IntStream.range(0, options.choices())
                .mapToObj(i -> GenerateRequest.of(
                                prompt, decode.withSeed(seed + i).withLogprobs(options.logprobs()))
                        .withStopStrings(how.stopStrings())
                        .withDeadline(limit)
                        .withUntil(how.until())
                        .withLengths(model.lengths()))
                .map(request -> new Planned(Optional.of(request), given, echo))
                .collect(Collectors.toList());
    }

    /** The seed that whoever started the server gives. */
    private Optional<Long> ofServer() {
        return model.defaults().sources().stream()
                .flatMap(source -> source.find(Parameter.SEED).map(Setting::value).stream())
                .findFirst();
    }

    private static List<Planned> nothing(AnswerOptions options, int given, String echo) {
        return Collections.nCopies(options.choices(), new Planned(Optional.empty(), given, echo));
    }
}
