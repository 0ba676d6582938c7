package io.github.coda4j.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Where the files of a corpus lie: on this machine, or in a file system that others share. */
public interface CorpusStore {
    /** Uses a file that lies on this machine. */
    @FunctionalInterface
    interface Use {
        void of(Path file) throws IOException;
    }

    /**
     * Finds all files of the inputs, each whole, in the order of the inputs and, in a folder, of names; what cannot be
     * read too, with its problem.
     *
     * @throws io.github.coda4j.CodaException when an input is not there
     */
    void list(List<String> inputs, Consumer<CorpusSlice> sink);

    /** The file's bytes, as they are, from a place on. */
    InputStream open(String file, long from) throws IOException;

    /** Lends the file, or a copy of it, to what cannot do without a file of this machine. */
    void lend(String file, Use use) throws IOException;
}
