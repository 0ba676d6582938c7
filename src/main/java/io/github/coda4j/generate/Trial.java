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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A request decoded with certain lengths of its holes. */
final class Trial implements AutoCloseable {
    private final List<Integer> lengths;
    private final PromptLayout layout;
    private final Canvas canvas;
    private final DecodeSession session;
    private final List<StepResult> steps;
    private final ReadBack reading;
    private final Optional<Outside> outside;
    private final Function<PromptLayout, List<HoleStream>> reader;
    private final List<HoleStream> streams;

    private Trial(
            List<Integer> lengths,
            PromptLayout layout,
            Canvas canvas,
            DecodeSession session,
            List<StepResult> steps,
            Optional<Outside> outside,
            Function<PromptLayout, List<HoleStream>> reader) {
        this.lengths = lengths;
        this.layout = layout;
        this.canvas = canvas;
        this.session = session;
        this.steps = new ArrayList<>(steps);
        this.reading = new ReadBack(layout, canvas);
        this.outside = outside;
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
                    new Trial(List.copyOf(lengths), layout, canvas, session, List.of(), Optional.of(outside), reader));
        } catch (RuntimeException | Error e) {
            stored.close();
            throw e;
        }
    }

    /** Whether the whole sequence was run in every forward of its own. */
    boolean isExact() {
        return outside.isEmpty();
    }

    /** The forwards that read its answers back, of a trial that is decoded. */
    List<SearchForward> readingBack() {
        return reading.plans().stream()
                .map(plan -> outside.map(
                                text -> SearchForward.of(plan, layout, Outside.rows(layout), text, reading::take))
                        .orElseGet(() -> SearchForward.of(plan, reading::take)))
                .toList();
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
     * What it decoded as part of a longer sequence; its session stays the same.
     *
     * @param whole that sequence with holes of any lengths
     * @param offset where this one begins in it
     */
    Trial within(PromptLayout whole, int offset) {
        PromptLayout longer = whole.resized(lengths, canvas.maskId());
        Canvas wide = new Canvas(longer.ids(), canvas.maskId());
        List<StepResult> moved = steps.stream()
                .map(step -> new StepResult(
                        step.step(),
                        step.commits().stream()
                                .map(commit -> new Commit(
                                        commit.step(),
                                        commit.position() + offset,
                                        commit.token(),
                                        commit.confidence(),
                                        commit.probability()))
                                .toList(),
                        step.revoked().stream()
                                .map(position -> position + offset)
                                .toList(),
                        step.forward()))
                .toList();
        moved.forEach(step -> {
            step.commits().forEach(commit -> wide.commit(commit.position(), commit.token()));
            step.revoked().forEach(wide::remask);
        });
        return new Trial(lengths, longer, wide, session, moved, outside, reader);
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

    /** The text of each hole of a trial that is decoded. */
    List<String> texts() {
        return read().stream().map(stream -> stream.answer().text()).toList();
    }

    private List<HoleStream> read() {
        List<HoleStream> read = reader.apply(layout);
        read.forEach(stream -> stream.complete(canvas));
        return read;
    }

    /** What is known of a hole that was decoded. */
    Candidate candidate(int hole) {
        Block block = layout.holes().get(hole);
        HoleStream answer = read().get(hole);
        Map<Integer, Commit> standing = new LinkedHashMap<>();
        for (StepResult step : steps) {
            step.commits().forEach(commit -> standing.put(commit.position(), commit));
            step.revoked().forEach(standing::remove);
        }
        double sum = 0;
        for (Commit commit : standing.values()) {
            if (commit.position() >= block.start() && commit.position() < answer.end()) {
                sum += Math.log(Math.max(commit.probability(), Float.MIN_NORMAL));
            }
        }
        return new Candidate(block.length(), answer.numTokens(), Math.min(0, sum), reading.of(hole, answer.end()));
    }

    @Override
    public void close() {
        session.close();
    }
}
