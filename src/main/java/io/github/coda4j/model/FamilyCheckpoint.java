package io.github.coda4j.model;

import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.Checkpoint;
import io.github.coda4j.weights.FilePart;
import io.github.coda4j.weights.StoredTensor;
import io.github.coda4j.weights.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** A checkpoint of any family under the keys and names that are read here. What is wrong with it is said in its own. */
final class FamilyCheckpoint implements Checkpoint {
    private final Checkpoint stored;
    private final ConfigFile config;
    private final Optional<FamilyNames> names;
    private final SequencedMap<String, StoredTensor> tensors;

    private record Renamed(String name, StoredTensor stored) implements StoredTensor {
        @Override
        public DType dtype() {
            return stored.dtype();
        }

        @Override
        public long[] shape() {
            return stored.shape();
        }

        @Override
        public String toString() {
            return stored.toString();
        }
    }

    private FamilyCheckpoint(Checkpoint stored, Map<String, Integer> told) {
        this.stored = stored;
        this.config = Families.canonical(stored.config(), stored, told);
        this.names = Families.find(stored.config())
                .flatMap(Families.Family::keys)
                .filter(own -> own.renamesTensors(stored.config()));
        SequencedMap<String, StoredTensor> all = new LinkedHashMap<>();
        for (StoredTensor tensor : stored.tensors().values()) {
            String name = names.flatMap(own -> own.tensor(tensor.name())).orElse(tensor.name());
            all.put(name, new Renamed(name, tensor));
        }
        this.tensors = Collections.unmodifiableSequencedMap(all);
    }

    /**
     * The checkpoint under our names.
     *
     * @throws io.github.coda4j.CodaException naming what its config.json lacks or asks for
     */
    static Checkpoint of(Checkpoint stored) {
        return of(stored, Map.of());
    }

    /**
     * The same with keys of config.json that somebody says who knows the model.
     *
     * @param told numbers by key
     */
    static Checkpoint of(Checkpoint stored, Map<String, Integer> told) {
        return stored instanceof FamilyCheckpoint && told.isEmpty() ? stored : new FamilyCheckpoint(stored, told);
    }

    @Override
    public ConfigFile config() {
        return config;
    }

    @Override
    public SequencedMap<String, StoredTensor> tensors() {
        return tensors;
    }

    @Override
    public void read(String name, long from, MemorySegment target) {
        stored.read(((Renamed) tensor(name)).stored().name(), from, target);
    }

    @Override
    public Optional<FilePart> part(String name) {
        return stored.part(((Renamed) tensor(name)).stored().name());
    }

    @Override
    public void verify(List<TensorSpec> expected) {
        stored.verify(names.map(own -> expected.stream()
                        .map(spec ->
                                new TensorSpec(own.stored(spec.name()), spec.shape(), spec.dtypes(), spec.optional()))
                        .toList())
                .orElse(expected));
    }

    @Override
    public String source() {
        return stored.source();
    }

    @Override
    public String source(String name) {
        return stored.source(name);
    }

    @Override
    public Optional<byte[]> bytes(String name) {
        return stored.bytes(name);
    }
}
