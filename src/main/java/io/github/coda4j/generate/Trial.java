package io.github.coda4j.generate;

import io.github.coda4j.decode.Commit;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.DecodeSession;
import io.github.coda4j.decode.StepResult;
import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.generate.length.Candidate;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Proposals;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/** A request decoded with certain lengths of its holes. */
final class Trial implements AutoCloseable {
    private final List<Integer> lengths;
    private final PromptLayout layout;
    private final Canvas canvas;
    private final DecodeSession session;
    private final List<StepResult> steps;
    private final ReadBack reading;
    /** The text around the holes, where they are run alone; the session's. */
    private final Optional<KvCache> around;

    private final Function<PromptLayout, List<HoleStream>> reader;
    private final List<HoleStream> streams;
    private int halvesRead;

    private Trial(
            List<Integer> lengths,
            PromptLayout layout,
            Canvas canvas,
            DecodeSession session,
            List<StepResult> steps,
            Optional<KvCache> around,
            Function<PromptLayout, List<HoleStream>> reader) {
        this.lengths = lengths;
        this.layout = layout;
        this.canvas = canvas;
        this.session = session;
        this.steps = new ArrayList<>(steps);
        this.reading = new ReadBack(layout, canvas);
        this.around = around;
        this.reader = reader;
        this.streams = reader.apply(layout);
    }

    /**
     * A trial that has not begun.
     *
     * @param base the request with holes of any lengths
     * @param options of the request; with more steps than the holes have tokens, each token has one
     * @param reader reads the answers of a layout's holes
     */
    static Trial open(
            PromptLayout base,
            List<Integer> lengths,
            DecodeOptions options,
            Function<PromptLayout, List<HoleStream>> reader,
            Denoiser denoiser) {
        PromptLayout layout = base.resized(lengths, denoiser.maskId());
        Canvas canvas = new Canvas(layout.ids(), denoiser.maskId());
        DecodeSession session = DecodeSession.open(canvas, fitted(options, layout), denoiser);
        return new Trial(List.copyOf(lengths), layout, canvas, session, List.of(), Optional.empty(), reader);
    }

    /**
     * The same, of which the holes and what stands right beside them are run alone; empty where that is most of it.
     *
     * @param outside the text around them
     */
    static Optional<Trial> alone(
            PromptLayout base,
            List<Integer> lengths,
            DecodeOptions options,
            Function<PromptLayout, List<HoleStream>> reader,
            Denoiser denoiser,
            Outside outside) {
        PromptLayout layout = base.resized(lengths, denoiser.maskId());
        Block rows = Outside.rows(layout);
        if (!Outside.pays(rows, layout)) {
            return Optional.empty();
        }
        Canvas canvas = new Canvas(layout.ids(), denoiser.maskId());
        DecodeOptions fitted = fitted(options, layout);
        KvCache stored = outside.around(layout);
        try {
            DecodeSession session = DecodeSession.openAlone(canvas, fitted, denoiser, rows, stored);
            return Optional.of(
                    new Trial(List.copyOf(lengths), layout, canvas, session, List.of(), Optional.of(stored), reader));
        } catch (RuntimeException | Error e) {
            stored.close();
            throw e;
        }
    }

    /** Whether the whole sequence was run in every forward of its own. */
    boolean isExact() {
        return around.isEmpty();
    }

    /**
     * The forwards that it needs next to read its answers back, of a trial that is decoded; none when they are read.
     * Holes that are run alone have one at a time, as one cache serves both.
     */
    List<SearchForward> readingBack() {
        List<SearchForward> next = new ArrayList<>();
        while (halvesRead < ReadBack.HALVES && (next.isEmpty() || around.isEmpty())) {
            reading.plan(halvesRead++)
                    .map(plan -> around.map(cache -> plan.alone(Outside.rows(layout), cache))
                            .orElse(plan))
                    .ifPresent(plan -> next.add(SearchForward.of(plan, reading::take)));
        }
        return next;
    }

    private static DecodeOptions fitted(DecodeOptions options, PromptLayout layout) {
        int steps = Math.min(options.steps(), layout.newTokens());
        if (options.blockLength().isPresent()) {
            int length = options.blockLength().getAsInt();
            int blocks = layout.holes().stream()
                    .mapToInt(hole -> Math.ceilDiv(hole.length(), length))
                    .sum();
            steps = Math.max(blocks, steps - steps % blocks);
        }
        return options.withSteps(steps);
    }

    /**
     * The same with answers of other trials, as if they had been its own; its session stays the same and is done.
     *
     * @param layout of the whole request, its holes as long as those of the answers
     * @param answers one for each hole
     */
    Trial with(PromptLayout layout, List<TrialAnswer> answers) {
        Canvas filled = new Canvas(layout.ids(), canvas.maskId());
        SortedMap<Integer, List<Commit>> bySteps = new TreeMap<>();
        for (int hole = 0; hole < answers.size(); hole++) {
            TrialAnswer answer = answers.get(hole);
            int moved = layout.holes().get(hole).start() - answer.start();
            for (Commit commit : answer.commits()) {
                filled.commit(commit.position() + moved, commit.token());
                bySteps.computeIfAbsent(commit.step(), _ -> new ArrayList<>())
                        .add(new Commit(
                                commit.step(),
                                commit.position() + moved,
                                commit.token(),
                                commit.confidence(),
                                commit.probability(),
                                commit.logprobs()));
            }
        }
        List<StepResult> done = bySteps.entrySet().stream()
                .map(step -> new StepResult(step.getKey(), step.getValue(), true))
                .toList();
        return new Trial(
                answers.stream().map(TrialAnswer::masks).toList(), layout, filled, session, done, around, reader);
    }

    /** Takes the answer to the session's plan. */
    List<StepResult> apply(Proposals proposals) {
        List<StepResult> results = session.apply(proposals);
        steps.addAll(results);
        for (HoleStream stream : streams) {
            stream.advance(canvas, session.settledEnd());
            stream.unwanted(canvas, session.settledEnd()).ifPresent(range -> steps.addAll(session.giveUp(range)));
        }
        return results;
    }

    /** Tokens of each hole. */
    List<Integer> lengths() {
        return lengths;
    }

    PromptLayout layout() {
        return layout;
    }

    Canvas canvas() {
        return canvas;
    }

    DecodeSession session() {
        return session;
    }

    /** All steps so far. */
    List<StepResult> steps() {
        return List.copyOf(steps);
    }

    /** Its answers, of a trial that is decoded. */
    List<TrialAnswer> answers() {
        List<HoleStream> read = reader.apply(layout);
        read.forEach(stream -> stream.complete(canvas));
        SortedMap<Integer, Commit> standing = standing();
        return IntStream.range(0, read.size())
                .mapToObj(hole -> answer(hole, read.get(hole), standing))
                .toList();
    }

    /** The text of each of them. */
    List<String> texts() {
        return answers().stream().map(TrialAnswer::text).toList();
    }

    private TrialAnswer answer(int hole, HoleStream stream, SortedMap<Integer, Commit> standing) {
        Block block = layout.holes().get(hole);
        List<Commit> own =
                List.copyOf(standing.subMap(block.start(), block.end()).values());
        double sum = own.stream()
                .filter(commit -> commit.position() < stream.end())
                .mapToDouble(commit -> Math.log(Math.max(commit.probability(), Float.MIN_NORMAL)))
                .sum();
        Candidate candidate = new Candidate(
                block.length(), stream.answer().ids().size(), Math.min(0, sum), reading.of(hole, stream.end()));
        int end = IntStream.range(block.start(), block.end())
                .filter(canvas::isMasked)
                .findFirst()
                .orElse(block.end());
        return new TrialAnswer(candidate, stream.answer().text(), canvas.ids(block.start(), end), block.start(), own);
    }

    private SortedMap<Integer, Commit> standing() {
        SortedMap<Integer, Commit> standing = new TreeMap<>();
        for (StepResult step : steps) {
            step.commits().forEach(commit -> standing.put(commit.position(), commit));
            step.revoked().forEach(standing::remove);
        }
        return standing;
    }

    @Override
    public void close() {
        session.close();
    }
}
