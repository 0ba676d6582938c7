package io.github.coda4j.generate;

import java.util.ArrayList;
import java.util.List;

/**
 * A document's text while its holes are filled from left to right. Two kinds of index: those of the text as it is
 * filled so far, and those of the text with nothing in its holes.
 */
final class FilledText {
    private final List<String> pieces = new ArrayList<>();
    private final List<Document.Hole> holes = new ArrayList<>();
    /** Where each hole is in the empty text. */
    private final List<Integer> emptyOffsets = new ArrayList<>();

    private final int emptyLength;
    /** Everything before the first open hole. */
    private final StringBuilder filled = new StringBuilder();
    /** Where the answer of each filled hole begins and ends in it. */
    private final List<int[]> answers = new ArrayList<>();

    FilledText(Document document) {
        StringBuilder piece = new StringBuilder();
        int length = 0;
        for (Document.Segment segment : document.segments()) {
            switch (segment) {
                case Document.Text(String text) -> {
                    piece.append(text);
                    length += text.length();
                }
                case Document.Hole hole -> {
                    pieces.add(piece.toString());
                    piece.setLength(0);
                    holes.add(hole);
                    emptyOffsets.add(length);
                }
            }
        }
        pieces.add(piece.toString());
        emptyLength = length;
        filled.append(pieces.getFirst());
    }

    int numHoles() {
        return holes.size();
    }

    /** A hole as the document has it. */
    Document.Hole hole(int hole) {
        return holes.get(hole);
    }

    /** The text before the hole of that index, back to the hole before it; the last one is behind all holes. */
    String piece(int index) {
        return pieces.get(index);
    }

    /** Fills the first open holes. */
    void fill(List<String> texts) {
        for (String answer : texts) {
            int start = filled.length();
            filled.append(answer);
            answers.add(new int[] {start, filled.length()});
            filled.append(pieces.get(answers.size()));
        }
    }

    /** Everything before the first open hole. */
    StringBuilder filled() {
        return filled;
    }

    /** Its length. */
    int length() {
        return filled.length();
    }

    /** The length of the text with nothing in its holes. */
    int emptyLength() {
        return emptyLength;
    }

    /** Where a hole is in the empty text. */
    int emptyOffset(int hole) {
        return emptyOffsets.get(hole);
    }

    /** The index of the empty text for one of the filled text; places in an answer are that of its hole. */
    int emptyIndex(int index) {
        int answered = 0;
        for (int[] answer : answers) {
            answered += Math.clamp(index, answer[0], answer[1]) - answer[0];
        }
        return index - answered;
    }

    /** The index of the filled text for a border of lines of the empty text. */
    int filledIndex(int emptyIndex) {
        int index = emptyIndex;
        for (int hole = 0; hole < answers.size() && emptyOffsets.get(hole) < emptyIndex; hole++) {
            index += answers.get(hole)[1] - answers.get(hole)[0];
        }
        return index;
    }
}
