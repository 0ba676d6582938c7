package io.github.coda4j.text;

import io.github.coda4j.CodaException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The vocabulary's bytes, once it is proven that a merge's rank may be read off the id of the token it makes. Merging
 * by ids then gives what merging by the list gives, for every text. That holds when the ids of the made tokens ascend
 * with the list, every token of two bytes and more is made by exactly one merge of tokens made before, and the list
 * applied to a token's own bytes ends in that merge.
 */
final class RankedVocabulary {
    private static final int SINGLE_BYTE = -1;
    private static final int NOT_MADE = -2;
    private static final int NO_TOKEN = -3;
    private static final int MAX_ID = 1 << 22;

    private final String where;
    private final Map<String, Integer> idByToken;
    private final String[] tokens;
    private final byte[][] bytes;
    private final int[] rank;
    private final int[] left;
    private final int[] right;
    private final PairRanks pairs;

    /**
     * Checks the vocabulary against the merges.
     *
     * @param vocabulary the tokens without the added ones
     */
    RankedVocabulary(String where, Map<String, Integer> vocabulary, List<String> merges) {
        this.where = where;
        this.idByToken = vocabulary;
        int size = 0;
        for (int id : vocabulary.values()) {
            size = Math.max(size, id + 1);
        }
        if (size > MAX_ID) {
            throw CodaException.of("%s: the highest id is %d; at most %d is supported", where, size - 1, MAX_ID - 1);
        }
        this.tokens = new String[size];
        this.bytes = new byte[size][];
        this.rank = new int[size];
        this.left = new int[size];
        this.right = new int[size];
        this.pairs = new PairRanks(merges.size());
        Arrays.fill(tokens, "");
        Arrays.fill(bytes, new byte[0]);
        Arrays.fill(rank, NO_TOKEN);
        vocabulary.forEach(this::place);
        requireEveryByte();
        int made = -1;
        for (int i = 0; i < merges.size(); i++) {
            made = nextToMake(made);
            rankMerge(i, merges.get(i), made);
        }
        made = nextToMake(made);
        if (made < size) {
            throw CodaException.of("%s: no merge makes token '%s' (id %d)", where, tokens[made], made);
        }
        for (int id = 0; id < size; id++) {
            if (rank[id] >= 0) {
                requireReachable(id);
            }
        }
    }

    /** The bytes of each token by its id; empty where there is no token. */
    byte[][] bytes() {
        return bytes;
    }

    /** Each token by its id; empty where there is none. */
    String[] tokens() {
        return tokens;
    }

    private void place(String token, int id) {
        if (rank[id] != NO_TOKEN) {
            throw CodaException.of("%s: tokens '%s' and '%s' have the same id %d", where, tokens[id], token, id);
        }
        byte[] value = new byte[token.length()];
        for (int i = 0; i < value.length; i++) {
            int b = ByteLevelAlphabet.byteOf(token.charAt(i));
            if (b < 0) {
                throw CodaException.of(
                        "%s: token '%s' (id %d) holds the character U+%04X, which is not of the byte-level alphabet",
                        where, token, id, (int) token.charAt(i));
            }
            value[i] = (byte) b;
        }
        if (value.length == 0) {
            throw CodaException.of("%s: the token with id %d is the empty string", where, id);
        }
        tokens[id] = token;
        bytes[id] = value;
        rank[id] = value.length == 1 ? SINGLE_BYTE : NOT_MADE;
    }

    private void requireEveryByte() {
        for (int b = 0; b < 256; b++) {
            if (!idByToken.containsKey(String.valueOf(ByteLevelAlphabet.charOf(b)))) {
                throw CodaException.of(
                        "%s: no token stands for byte 0x%02X (written '%c'); all 256 are needed",
                        where, b, ByteLevelAlphabet.charOf(b));
            }
        }
    }

    /** The next id after the given one that takes a merge to make, or the size when there is none. */
    private int nextToMake(int id) {
        int next = id + 1;
        while (next < rank.length && rank[next] != NOT_MADE) {
            next++;
        }
        return next;
    }

    /** Merges and the tokens they make stand in the same order, so that the merge must make this very token. */
    private void rankMerge(int index, String merge, int made) {
        int space = merge.indexOf(' ');
        if (space <= 0 || space != merge.lastIndexOf(' ') || space == merge.length() - 1) {
            throw CodaException.of("%s: merge %d '%s' is not a pair of tokens", where, index, merge);
        }
        String first = merge.substring(0, space);
        String second = merge.substring(space + 1);
        int a = part(index, merge, first);
        int b = part(index, merge, second);
        String token = made < tokens.length ? tokens[made] : "";
        if (token.length() != merge.length() - 1 || !token.startsWith(first) || !token.endsWith(second)) {
            throw wrongToken(index, merge, first.concat(second), token);
        }
        rank[made] = index;
        left[made] = a;
        right[made] = b;
        pairs.put(a, b, index);
    }

    private CodaException wrongToken(int index, String merge, String makes, String due) {
        int id = idByToken.getOrDefault(makes, -1);
        String reason;
        if (id < 0) {
            reason = "which is not in the vocabulary";
        } else if (rank[id] >= 0) {
            reason = String.format(Locale.ROOT, "which merge %d makes already", rank[id]);
        } else {
            reason = String.format(
                    Locale.ROOT,
                    "but by its id the next token to make is '%s' (id %d); ids must ascend with the merges",
                    due,
                    idByToken.getOrDefault(due, -1));
        }
        return CodaException.of(
                "%s: merge %d '%s' makes token '%s' (id %d), %s", where, index, merge, makes, id, reason);
    }

    private int part(int index, String merge, String token) {
        int id = idByToken.getOrDefault(token, -1);
        if (id < 0 || rank[id] == NOT_MADE) {
            throw CodaException.of(
                    "%s: merge %d '%s' uses token '%s', which %s",
                    where, index, merge, token, id < 0 ? "is not in the vocabulary" : "no earlier merge makes");
        }
        return id;
    }

    /**
     * Undoes the merges along the seam between the token's two parts, the latest first, and asks at each stage whether
     * an earlier merge would have joined the two sides. Among equal ranks the leftmost pair merges first.
     */
    private void requireReachable(int made) {
        int a = left[made];
        int b = right[made];
        int limit = rank[made];
        while (pairs.get(a, b) >= limit) {
            if (rank[a] == SINGLE_BYTE && rank[b] == SINGLE_BYTE) {
                return;
            }
            if (rank[a] > rank[b]) {
                limit = rank[a];
                a = right[a];
            } else {
                limit = rank[b] + 1;
                b = left[b];
            }
        }
        throw CodaException.of(
                "%s: the merges never make token '%s' (id %d) from its own text: merge '%s %s' comes first",
                where, tokens[made], made, tokens[a], tokens[b]);
    }
}
