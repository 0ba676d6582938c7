package io.github.coda4j.data;

import java.io.Serializable;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * Runs of so many words in a row, each with the number of the source that had it first, in 20 to 40 bytes each. A word
 * is letters, digits and underscores that begin with none of the digits, in lower case; everything else does not count,
 * and neither do lines that import something: what is compared is what code says, not its layout, its numbers or what
 * it needs. Filled by one thread, then asked by several.
 */
final class WordRuns implements Serializable {
    private static final long serialVersionUID = 1;
    private static final double FULL = 0.6;

    private final int words;
    private long[] keys = new long[1 << 12];
    private int[] sources = new int[1 << 12];
    private int used;

    /** @param words of a run, at least 2 */
    WordRuns(int words) {
        this.words = words;
    }

    private interface Visitor {
        /** @return whether to go on */
        boolean run(long key);
    }

    /** How many different runs are held. */
    int size() {
        return used;
    }

    /** Adds the runs of a text. */
    void add(String text, int source) {
        visit(text, key -> {
            if (used >= FULL * keys.length) {
                grow();
            }
            insert(key, source);
            return true;
        });
    }

    /** The source of the first run of the text that is held. */
    OptionalInt find(String text) {
        int[] found = {-1};
        visit(text, key -> {
            int slot = slot(key);
            while (keys[slot] != 0 && keys[slot] != key) {
                slot = slot + 1 & keys.length - 1;
            }
            found[0] = keys[slot] == 0 ? -1 : sources[slot];
            return found[0] < 0;
        });
        return found[0] < 0 ? OptionalInt.empty() : OptionalInt.of(found[0]);
    }

    private void visit(String text, Visitor visitor) {
        long[] last = new long[words];
        int count = 0;
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf('\n', at);
            end = end < 0 ? text.length() : end;
            if (!imports(text, at, end)) {
                for (int i = at; i < end; ) {
                    int word = wordEnd(text, i, end);
                    if (word > i && !Character.isDigit(text.charAt(i))) {
                        last[count % words] = hash(text, i, word);
                        count++;
                        if (count >= words && !visitor.run(run(last, count))) {
                            return;
                        }
                    }
                    i = Math.max(word, i + 1);
                }
            }
            at = end + 1;
        }
    }

    private static boolean imports(String text, int from, int to) {
        String line = text.substring(from, Math.min(to, from + 200)).strip().toLowerCase(Locale.ROOT);
        return line.startsWith("import ")
                || line.startsWith("package ")
                || (line.startsWith("from ") && line.contains(" import "));
    }

    private static int wordEnd(String text, int from, int to) {
        int end = from;
        while (end < to && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
            end++;
        }
        return end;
    }

    private static long hash(String text, int from, int to) {
        long hash = 7;
        for (int i = from; i < to; i++) {
            hash = mixed(hash, Character.toLowerCase(text.charAt(i)));
        }
        return hash;
    }

    /** Of the last words, oldest first; never 0. */
    private long run(long[] last, int count) {
        long key = 1;
        for (int k = 0; k < words; k++) {
            key = mixed(key, last[(count + k) % words]);
        }
        return key == 0 ? 1 : key;
    }

    private static long mixed(long hash, long value) {
        long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
        return mixed ^ mixed >>> 29;
    }

    private void insert(long key, int source) {
        int slot = slot(key);
        while (keys[slot] != 0) {
            if (keys[slot] == key) {
                return;
            }
            slot = slot + 1 & keys.length - 1;
        }
        keys[slot] = key;
        sources[slot] = source;
        used++;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldSources = sources;
        keys = new long[2 * oldKeys.length];
        sources = new int[keys.length];
        used = 0;
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                insert(oldKeys[i], oldSources[i]);
            }
        }
    }

    private int slot(long key) {
        return (int) (key ^ key >>> 32) & keys.length - 1;
    }
}
