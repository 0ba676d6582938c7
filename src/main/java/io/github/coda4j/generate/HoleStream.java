package io.github.coda4j.generate;

import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.text.StreamingDetokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The answer of one hole as it becomes certain from its left end: tokens behind the first mask wait, half characters
 * wait, and so does text that may turn out to be a stop string. Pads are no part of it.
 */
final class HoleStream {
    private final Block hole;
    private final FinishReason full;
    private final Set<Integer> endTokens;
    private final OptionalInt pad;
    private final StopStrings stopStrings;
    private final Optional<StreamingDetokenizer> detokenizer;
    private final HiddenText hidden;
    private boolean begun;
    private boolean trimmed;

    private final List<Integer> ids = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private Optional<FinishReason> ended = Optional.empty();
    private int position;
    private int emitted;

    /** @param full why an answer ends that fills the hole */
    HoleStream(
            Block hole,
            HiddenText hidden,
            FinishReason full,
            Set<Integer> endTokens,
            OptionalInt pad,
            StopStrings stopStrings,
            Optional<StreamingDetokenizer> detokenizer) {
        this.hole = hole;
        this.full = full;
        this.endTokens = endTokens;
        this.pad = pad;
        this.stopStrings = stopStrings;
        this.detokenizer = detokenizer;
        this.hidden = hidden;
        this.position = hole.start();
    }

    boolean ended() {
        return ended.isPresent();
    }

    int numTokens() {
        return ids.size();
    }

    /**
     * Takes up what is committed without a gap and returns the text that became certain, possibly none.
     *
     * @param settledEnd where the tokens end that stay, see {@link io.github.coda4j.decode.DecodeSession#settledEnd}
     */
    String advance(Canvas canvas, int settledEnd) {
        while (!ended() && position < settledEnd && !canvas.isMasked(position)) {
            accept(canvas.id(position));
        }
        return emit(ended() ? 0 : held());
    }

    /** Ends a hole that is decoded: masks that the decoding left are passed over. Returns the rest of the text. */
    String complete(Canvas canvas) {
        while (!ended()) {
            if (canvas.isMasked(position)) {
                pass(full);
            } else {
                accept(canvas.id(position));
            }
        }
        return emit(0);
    }

    /** Ends a hole where it is, unless it has ended, and returns the text that waited for a stop string. */
    String cutOff(FinishReason reason) {
        if (!ended()) {
            ended = Optional.of(reason);
        }
        return emit(0);
    }

    HoleAnswer answer() {
        return new HoleAnswer(text.toString(), ids, ended.orElseThrow());
    }

    private void accept(int id) {
        if (endTokens.contains(id)) {
            end(FinishReason.STOP);
            return;
        }
        if (pad.equals(OptionalInt.of(id))) {
            pass(FinishReason.STOP);
            return;
        }
        ids.add(id);
        append(detokenizer.map(d -> d.accept(id)).orElse(""));
        if (!ended()) {
            pass(full);
        }
    }

    /** @param last why the hole ends if it ends here */
    private void pass(FinishReason last) {
        position++;
        if (position == hole.end()) {
            end(last);
        }
    }

    private void end(FinishReason reason) {
        append(detokenizer.map(StreamingDetokenizer::flush).orElse(""));
        if (!ended()) {
            ended = Optional.of(reason);
        }
    }

    private void append(String piece) {
        int from = text.length();
        boolean repeatsSpace = !begun && !hidden.before().isEmpty() && piece.startsWith(hidden.before());
        text.append(piece, repeatsSpace ? hidden.before().length() : 0, piece.length());
        begun |= !piece.isEmpty();
        OptionalInt stop = stopStrings.find(text, from);
        if (stop.isPresent()) {
            text.setLength(stop.getAsInt());
            ended = Optional.of(FinishReason.STOP_STRING);
        }
    }

    /** Characters that wait: what may become a stop string, and the line ends before it that may repeat the text's. */
    private int held() {
        int stopping = stopStrings.held(text);
        return stopping + hidden.numWaiting(text.subSequence(0, text.length() - stopping));
    }

    private String emit(int held) {
        if (ended() && !trimmed) {
            trimmed = true;
            text.setLength(text.length() - hidden.numRepeated(text));
        }
        String piece = text.substring(emitted, Math.max(emitted, text.length() - held));
        emitted += piece.length();
        return piece;
    }
}
