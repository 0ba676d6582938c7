package io.github.coda4j.spark;

import io.github.coda4j.CodaException;
import io.github.coda4j.data.CorpusParts;
import io.github.coda4j.data.CorpusSlice;
import io.github.coda4j.spark.Messages.Part;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;

/** The files of parts as an executor sees them. */
record PartFiles(HadoopStore store, Staging staging) implements Serializable {
    /**
     * Makes sure that this executor sees what the job's process saw.
     *
     * @throws CodaException when it does not
     */
    void require(Part part) {
        staging.require();
        for (CorpusSlice slice : part.slices()) {
            boolean local = slice.problem().isEmpty() && !HadoopStore.isRemote(slice.file());
            if (local && !Files.exists(store.here(slice.file()))) {
                throw CodaException.of(
                        "%s is not there as %s sees it: inputs must lie on a file system that all executors share, or "
                                + "be named as Spark sees them (hdfs://, s3a://)",
                        slice.file(), Staging.host());
            }
        }
    }

    /** How many lines begin in each piece of the part that needs it, and -1 for the others. */
    long[] countLines(Part part) {
        require(part);
        return part.slices().stream()
                .mapToLong(slice -> {
                    try {
                        return CorpusParts.isCut(slice) ? CorpusParts.countLines(store, slice) : -1;
                    } catch (IOException e) {
                        return 0; // is told when the piece is read
                    }
                })
                .toArray();
    }
}
