package io.github.coda4j.spark;

import io.github.coda4j.data.Account;
import io.github.coda4j.data.CorpusSlice;
import io.github.coda4j.data.Split;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** What tasks are given and what they answer. */
final class Messages {
    private Messages() {}

    /**
     * One part of the corpus.
     *
     * @param index which, from 0
     */
    record Part(int index, ArrayList<CorpusSlice> slices) implements Serializable {
        static Part of(int index, List<CorpusSlice> slices) {
            return new Part(index, new ArrayList<>(slices));
        }
    }

    /**
     * A part that was looked at.
     *
     * @param documents all of it, dropped ones too
     * @param candidates those that are not dropped yet
     * @param signed those with a signature
     * @param dropped what was dropped
     */
    record Examined(int part, int documents, long candidates, long signed, Account dropped) implements Serializable {}

    /**
     * A part whose kept documents are tokens.
     *
     * @param train tokens
     * @param heldOut tokens
     * @param account what became of the candidates
     */
    record Encoded(int part, long train, long heldOut, Account account) implements Serializable {
        long tokens(Split split) {
            return split == Split.TRAIN ? train : heldOut;
        }
    }

    /**
     * Documents of one part that follow one another in a shard.
     *
     * @param token where the first one begins among the part's tokens of the split
     * @param document the first one
     * @param documents how many
     */
    record Run(int part, long token, int document, int documents) implements Serializable {}

    /** The documents of one shard. */
    record ShardTask(Split split, int number, ArrayList<Run> runs) implements Serializable {}
}
