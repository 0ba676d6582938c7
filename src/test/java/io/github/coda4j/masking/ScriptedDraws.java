package io.github.coda4j.masking;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;

/** MaskDraws that were recorded from the original, in the order in which it made them. */
final class ScriptedDraws implements MaskDraws {
    private final JsonNode prefix;
    private final JsonNode truncate;
    private final JsonNode prefixLengths;
    private final JsonNode truncatePositions;
    private final JsonNode noise;
    private final JsonNode blockSize;
    private final JsonNode masks;

    /** @param decisions whether S1 and S2 are drawn at all: not in instruction tuning */
    ScriptedDraws(JsonNode recorded, boolean decisions, MaskingLevels levels) {
        Iterator<JsonNode> next = recorded.elements();
        prefix = decisions ? values(next, "rand") : null;
        truncate = decisions ? values(next, "rand") : null;
        prefixLengths = levels.prefixProbability() > 0 ? values(next, "randint") : null;
        truncatePositions = levels.truncateProbability() > 0 ? values(next, "randint") : null;
        noise = values(next, "rand");
        blockSize = levels.blockProbability() > 0 ? values(next, "randint") : null;
        masks = next.hasNext() ? values(next, "rand") : null;
        if (next.hasNext()) {
            throw new AssertionError("draws left over: " + recorded);
        }
    }

    private static JsonNode values(Iterator<JsonNode> next, String kind) {
        JsonNode draw = next.next();
        if (!draw.get("kind").asText().equals(kind)) {
            throw new AssertionError("expected " + kind + ", got " + draw);
        }
        return draw.get("values");
    }

    @Override
    public double prefix(long row) {
        return prefix == null ? 1 : prefix.get((int) row).doubleValue();
    }

    @Override
    public double truncate(long row) {
        return truncate == null ? 1 : truncate.get((int) row).doubleValue();
    }

    @Override
    public int prefixLength(long row, int max) {
        return prefixLengths.get((int) row).intValue();
    }

    @Override
    public int truncatePosition(long row, int max) {
        return truncatePositions.get((int) row).intValue();
    }

    @Override
    public double blockNoise(long row, int index) {
        throw new AssertionError("the original has one noise level for each row");
    }

    @Override
    public double noise(long row) {
        return noise.get((int) row).doubleValue();
    }

    @Override
    public double block(long row) {
        return 1;
    }

    @Override
    public int blockSize(long row, int count) {
        throw new AssertionError("the original draws one size for all rows");
    }

    @Override
    public int blockSizeOfAll(int count) {
        return blockSize.get(0).intValue();
    }

    @Override
    public double holes(long row) {
        throw new AssertionError("the original has no padded holes");
    }

    @Override
    public double hole(long row, int index) {
        throw new AssertionError("the original has no padded holes");
    }

    @Override
    public double wholeHoles(long row) {
        throw new AssertionError("the original has no padded holes");
    }

    @Override
    public double mask(long row, int position) {
        return masks.get((int) row).get(position).doubleValue();
    }
}
