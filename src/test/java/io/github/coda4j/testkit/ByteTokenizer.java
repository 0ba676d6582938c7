package io.github.coda4j.testkit;

import io.github.coda4j.text.MarkedText;
import io.github.coda4j.text.SpecialTokens;
import io.github.coda4j.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** One token per byte of UTF-8, and the special tokens of CoDA behind them. */
public final class ByteTokenizer implements Tokenizer {
    public static final int MASK = 256;
    public static final int END = 257;
    public static final int PAD = 258;
    private static final List<String> SPECIAL = List.of("<|mask|>", "<|im_end|>", "<|endoftext|>");

    @Override
    public int[] encode(MarkedText marked) {
        IntStream.Builder ids = IntStream.builder();
        String text = marked.text();
        int position = 0;
        while (position < text.length()) {
            int special = specialAt(marked, position);
            int end = text.offsetByCodePoints(position, 1);
            if (special >= 0) {
                ids.add(MASK + special);
                end = position + SPECIAL.get(special).length();
            } else {
                for (byte b : text.substring(position, end).getBytes(StandardCharsets.UTF_8)) {
                    ids.add(b & 0xFF);
                }
            }
            position = end;
        }
        return ids.build().toArray();
    }

    @Override
    public byte[] tokenBytes(int id) {
        if (id < MASK) {
            return new byte[] {(byte) id};
        }
        return id < vocabSize() ? SPECIAL.get(id - MASK).getBytes(StandardCharsets.UTF_8) : new byte[0];
    }

    @Override
    public String token(int id) {
        return id < MASK ? "0x%02X".formatted(id) : id < vocabSize() ? SPECIAL.get(id - MASK) : "";
    }

    @Override
    public OptionalInt idOf(String token) {
        return IntStream.range(0, vocabSize())
                .filter(id -> token(id).equals(token))
                .findFirst();
    }

    @Override
    public boolean isSpecial(int id) {
        return id >= MASK && id < vocabSize();
    }

    @Override
    public int vocabSize() {
        return MASK + SPECIAL.size();
    }

    @Override
    public SpecialTokens specialTokens() {
        return new SpecialTokens(OptionalInt.of(MASK), OptionalInt.of(PAD), OptionalInt.of(END), OptionalInt.empty());
    }

    private static int specialAt(MarkedText marked, int position) {
        for (int i = 0; i < SPECIAL.size(); i++) {
            int end = position + SPECIAL.get(i).length();
            boolean literal = marked.literals().stream().anyMatch(span -> span.start() < end && span.end() > position);
            if (!literal && marked.text().startsWith(SPECIAL.get(i), position)) {
                return i;
            }
        }
        return -1;
    }
}
