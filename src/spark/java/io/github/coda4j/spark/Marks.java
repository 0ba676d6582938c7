package io.github.coda4j.spark;

import io.github.coda4j.CodaException;

/** A bit for each document of the corpus, by its place. Of fields that Kryo can fill. */
final class Marks {
    private long[] words;

    static Marks of(long places) {
        long needed = (places + Long.SIZE - 1) / Long.SIZE;
        if (needed > Integer.MAX_VALUE - 8) {
            throw CodaException.of("the corpus has %d documents, more than this takes: make several of it", places);
        }
        Marks marks = new Marks();
        marks.words = new long[(int) needed];
        return marks;
    }

    void set(long place) {
        words[(int) (place / Long.SIZE)] |= 1L << place % Long.SIZE;
    }

    boolean has(long place) {
        return (words[(int) (place / Long.SIZE)] >>> place % Long.SIZE & 1) != 0;
    }
}
