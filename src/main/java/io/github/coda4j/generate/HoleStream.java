package io.github.coda4j.generate;

import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.text.StreamingDetokenizer;
import io.github.coda4j.text.Tokenizer;
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
    private final EndRule rule;
    private final Optional<Tokenizer> tokenizer;
    private final Optional<StreamingDetokenizer> detokenizer;
    private final HiddenText hidden;
    private boolean begun;
    private boolean trimmed;

    private final List<Integer> ids = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private Optional<FinishReason> ended = Optional.empty();
    private String stopString = "";
    private int position;
    /** What is behind it was told to be unwanted. */
    private int wantedEnd;

    private int emitted;

    /** @param full why an answer ends that fills the hole */
    HoleStream(
            Block hole,
            HiddenText hidden,
            FinishReason full,
            Set<Integer> endTokens,
            OptionalInt pad,
            StopStrings stopStrings,
            EndRule rule,
            Optional<Tokenizer> tokenizer) {
        this.hole = hole;
        this.full = full;
        this.endTokens = endTokens;
        this.pad = pad;
        this.stopStrings = stopStrings;
        this.rule = rule;
        this.tokenizer = tokenizer;
        this.detokenizer = tokenizer.map(own -> new StreamingDetokenizer(own, true));
        this.hidden = hidden;
        this.position = hole.start();
        this.wantedEnd = hole.end();
    }

    boolean ended() {
        return ended.isPresent();
    }

    /** Behind the last position that has a say in the answer. */
    int end() {
        return ended.equals(Optional.of(FinishReason.UNTIL)) ? position + 1 : hole.end();
    }

    /**
     * What of the hole nobody wants any more because the answer ends before it, and was not told yet: behind the line
     * or block that is all that is wanted, also where something before its end is still masked; behind any other end
     * what the canvas does not have yet.
     *
     * @param settledEnd as for {@link #advance}: a token that may be taken back ends nothing
     */
    Optional<Block> unwanted(Canvas canvas, int settledEnd) {
        int from = hole.end();
        if (ended.equals(Optional.of(FinishReason.UNTIL))) {
            from = position + 1;
        } else if (ended()) {
            from = Math.max(position + 1, canvas.length());
        } else if (rule == EndRule.LINE) {
            from = behindLine(canvas, settledEnd);
        }
        if (from >= wantedEnd) {
            return Optional.empty();
        }
        wantedEnd = from;
        return Optional.of(new Block(from, hole.end()));
    }

    /**
     * Behind the first committed line end that something stands before; whatever fills the masks, a line ends there.
     */
    private int behindLine(Canvas canvas, int settledEnd) {
        Tokenizer own = tokenizer.orElseThrow();
        boolean begun = false;
        for (int at = hole.start(); at < Math.min(hole.end(), settledEnd); at++) {
            if (!canvas.isMasked(at) && !own.isSpecial(canvas.id(at))) {
                for (byte one : own.tokenBytes(canvas.id(at))) {
                    if (begun && (one == '\n' || one == '\r')) {
                        return at + 1;
                    }
                    begun |= one > ' '; // others may be part of a blank
                }
            }
        }
        return hole.end();
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

    /**
     * Ends a hole that is decoded: masks that the decoding left are passed over, and a canvas that ends before the hole
     * at its ceiling ended with the answer. Returns the rest of the text.
     */
    String complete(Canvas canvas) {
        while (!ended()) {
            if (position >= canvas.length()) {
                end(FinishReason.STOP);
            } else if (canvas.isMasked(position)) {
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
        FinishReason reason = ended.orElseThrow();
        return new HoleAnswer(text.toString(), ids, reason, reason == FinishReason.STOP_STRING ? stopString : "");
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
            cut(true);
        }
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
            stopString = stopStrings.at(text, stop.getAsInt());
            text.setLength(stop.getAsInt());
            ended = Optional.of(FinishReason.STOP_STRING);
        }
        cut(stop.isPresent());
    }

    /** Never before what was given out. */
    private void cut(boolean whole) {
        rule.end(text, whole).ifPresent(end -> {
            text.setLength(Math.max(end, emitted));
            ended = Optional.of(FinishReason.UNTIL);
        });
    }

    /**
     * Characters that wait: what may become a stop string or lie behind the answer's end, and the line ends before it
     * that may repeat the text's.
     */
    private int held() {
        int stopping = Math.max(stopStrings.held(text), rule.held(text));
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
