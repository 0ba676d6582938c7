package io.github.coda4j.diffusion;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Attention in which a position sees its own block and all blocks before it, and nothing behind: what is finished is
 * never touched by what follows, so its keys and values are final.
 *
 * @param length positions of the blocks that the model was trained with, at least 1
 * @param border where blocks begin
 */
public record BlockCausal(int length, Border border) {
    /** Where a block begins. */
    public enum Border {
        /** At position 0, so that a prompt may end inside a block, whose rest is decoded first. */
        START,
        /** Where the prompt ends. */
        PROMPT_END;

        /** Reads {@code start} or {@code prompt_end}, which {@link #toString} gives. */
        public static Border parse(String text) {
            for (Border border : values()) {
                if (border.toString().equals(text)) {
                    return border;
                }
            }
            String known = Arrays.stream(values()).map(Border::toString).collect(Collectors.joining(", "));
            check(false, "unknown border of blocks \"%s\"; known: %s", text, known);
            throw new AssertionError();
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public BlockCausal {
        check(length >= 1, "a block needs at least 1 position, got %d", length);
        requireNonNull(border, "border is null");
    }

    /**
     * The blocks of a sequence.
     *
     * @param prompt tokens before the first mask, 0 or more
     */
    public BlockGrid grid(int prompt) {
        return switch (border) {
            case START -> new BlockGrid(length, 0);
            case PROMPT_END -> new BlockGrid(length, Math.floorMod(-prompt, length));
        };
    }
}
