package io.github.coda4j.model;

import io.github.coda4j.files.ConfigFile;
import java.util.Optional;

/** What a family calls keys and tensors that have other names here. */
interface FamilyNames {
    /**
     * Its config.json in the keys that are read here; as it is where it has these already.
     *
     * @throws io.github.coda4j.CodaException naming a key that asks for something else or is not known
     */
    ConfigFile config(ConfigFile stored);

    /** What a tensor of that stored name is called here; empty for one that is not the family's. */
    default Optional<String> tensor(String stored) {
        return Optional.of(stored);
    }

    /** What the family calls the tensor of that name. */
    default String stored(String tensor) {
        return tensor;
    }

    /** Whether the tensors of a checkpoint with that config have the family's names. */
    default boolean renamesTensors(ConfigFile stored) {
        return false;
    }
}
