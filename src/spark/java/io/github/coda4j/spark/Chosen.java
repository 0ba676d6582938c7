package io.github.coda4j.spark;

import io.github.coda4j.data.Fate;
import io.github.coda4j.data.PartReader;
import io.github.coda4j.data.Split;
import io.github.coda4j.spark.ExaminedFile.Candidate;
import io.github.coda4j.spark.Messages.Part;

/**
 * What became of the duplicates, and where parts begin.
 *
 * @param firstPlaces of each part
 * @param equal places of documents that are equal to another
 * @param near places of those that are nearly so
 */
record Chosen(long[] firstPlaces, Marks equal, Marks near) {
    /**
     * What becomes of a document.
     *
     * @param heldOut share of the documents that is held out, by their hash
     */
    Fate fate(Part part, Candidate one, double heldOut) {
        long place = firstPlaces[part.index()] + one.index();
        if (equal.has(place)) {
            return Fate.DUPLICATE;
        }
        if (near.has(place)) {
            return Fate.NEAR_DUPLICATE;
        }
        return PartReader.split(one.hash(), heldOut) == Split.TRAIN ? Fate.TRAIN : Fate.HELD_OUT;
    }
}
