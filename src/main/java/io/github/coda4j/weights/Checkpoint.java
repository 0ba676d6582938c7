package io.github.coda4j.weights;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.files.NamedFiles;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A model as it is stored, in whatever container: its config, its tensors by name, and as {@link NamedFiles} the small
 * files beside them, such as {@code tokenizer.json}. Names, shapes and keys are those of the Hugging Face hub; a
 * container that has others translates them. Usable from several threads.
 */
public interface Checkpoint extends NamedFiles {
    /** What {@code config.json} says. */
    ConfigFile config();

    /** All tensors by name; unmodifiable. */
    SequencedMap<String, ? extends StoredTensor> tensors();

    /**
     * Reads bytes of a tensor, little endian.
     *
     * @param name of {@link #tensors}
     * @param from the first byte to read, counted from the tensor's start
     * @param target is filled; from and its size must lie within the tensor
     * @throws CodaException when they cannot be read
     */
    void read(String name, long from, MemorySegment target);

    /** Where a tensor's bytes lie in a file as {@link #read} gives them; empty where they lie nowhere so. */
    default Optional<FilePart> part(String name) {
        return Optional.empty();
    }

    /**
     * The tensor of that name.
     *
     * @throws CodaException when the checkpoint has none
     */
    default StoredTensor tensor(String name) {
        StoredTensor tensor = tensors().get(name);
        if (tensor == null) {
            throw CodaException.of("%s holds no tensor %s", source(), name);
        }
        return tensor;
    }

    /**
     * Checks that the checkpoint holds exactly these tensors.
     *
     * @throws CodaException naming, on one line, what is missing, too many, of a wrong shape and of a wrong dtype
     */
    default void verify(List<TensorSpec> expected) {
        TensorCheck.verify(this, expected);
    }
}
