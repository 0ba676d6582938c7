package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * Works on a corpus with more than this process: the same documents, shards, manifest, account and counts as
 * {@link TextTokenizing}, {@link InstructionTokenizing} and {@link CorpusReader} give here. What is to be kept away
 * from ({@link Avoiding}) is read as the engine sees files. Found by {@link ServiceLoader}.
 */
public interface CorpusEngine {
    /** As it is asked for on the command line. */
    String name();

    /** What is made tokens of. */
    sealed interface Content {}

    /** Text; see {@link TextTokenizing}. */
    record Text(Comments comments) implements Content {}

    /** Rows of conversations; see {@link InstructionTokenizing}. */
    record Instructions(int maxTokens, boolean showsThoughts) implements Content {}

    /**
     * Makes a folder of token shards.
     *
     * @param work the corpus and the machines
     * @param content of the corpus
     * @param tokenizer its folder, with the chat template where conversations are rendered by it
     * @param out the folder, which appears whole or not at all; the machines must share it
     * @param shardTokens see {@link ShardFolderWriter}
     * @param listener hears how many tasks of how many are done
     */
    Tokenized tokenize(
            Work work,
            Content content,
            Path tokenizer,
            Path out,
            long shardTokens,
            boolean overwrite,
            CorpusReader.Listener listener);

    /**
     * Counts the pieces of a sample of the documents that are kept.
     *
     * @param sampleBytes about so much of the corpus, as it lies on the disk, is counted, chosen by hash
     * @param beside a folder that the machines share; what is left of a killed job lies beside it
     */
    Counted count(Work work, long sampleBytes, Path beside, CorpusReader.Listener listener);

    /**
     * What is worked on by whom.
     *
     * @param heldOut share of the documents that is held out, in [0, 1)
     * @param master the machines, as the engine names them; empty: what is set around it, or this machine
     * @param partitions into how many parts the corpus is cut at most; empty: by its size
     * @param settings of the engine's own
     */
    record Work(
            CorpusOptions options,
            double heldOut,
            Optional<String> master,
            OptionalInt partitions,
            Map<String, String> settings) {
        public Work {
            check(heldOut >= 0 && heldOut < 1, "the held-out share must be in [0, 1), got %s", heldOut);
            check(
                    partitions.isEmpty() || partitions.getAsInt() > 0,
                    "the number of partitions must be positive, got %d",
                    partitions.orElse(0));
            settings = Map.copyOf(settings);
        }
    }

    /** @param notes what is to be told of the work, a line each */
    record Tokenized(Manifest manifest, Account account, List<String> notes) {
        public Tokenized {
            notes = List.copyOf(notes);
        }
    }

    /** @param notes what is to be told of the work, a line each */
    record Counted(WordCounts counts, Account account, List<String> notes) {
        public Counted {
            notes = List.copyOf(notes);
        }
    }

    /**
     * The engine of that name.
     *
     * @throws CodaException when this build has none
     */
    static CorpusEngine named(String name) {
        Iterator<CorpusEngine> engines = ServiceLoader.load(CorpusEngine.class).iterator();
        for (Optional<CorpusEngine> next = next(engines); next.isPresent(); next = next(engines)) {
            if (next.get().name().equals(name)) {
                return next.get();
            }
        }
        throw CodaException.of(
                "--engine %s is not in this build: Maven's profile `%s` brings it, for example "
                        + "CODA_MAVEN_ARGS=-P%s ./coda (then `touch pom.xml` once to build again)",
                name, name, name);
    }

    /** The next one whose classes are there: a build without a profile may find a file that one with it has left. */
    private static Optional<CorpusEngine> next(Iterator<CorpusEngine> engines) {
        while (true) {
            try {
                return engines.hasNext() ? Optional.of(engines.next()) : Optional.empty();
            } catch (ServiceConfigurationError _) {
                // Asked again, the loader goes on with the one behind it.
            }
        }
    }
}
