package io.github.coda4j.generate.request;

import io.github.coda4j.files.ConfigFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What counts where a request says nothing: the sources behind it, the strongest first, and behind them the defaults of
 * coda4j (greedy entropy decoding of everything at once, a step for each token, at most {@value #NEW_TOKENS} tokens).
 *
 * @param sources such as environment variables and the checkpoint's generation_config.json
 */
public record DecodeDefaults(List<ValueSource> sources) {
    /** The longest answer in tokens where nothing says how long. */
    public static final int NEW_TOKENS = 256;

    private static final String CONFIG = "config.json";

    /** The defaults of coda4j alone: an answer depends on nothing that the request does not say. */
    public static final DecodeDefaults STANDARD = new DecodeDefaults(List.of());

    public DecodeDefaults {
        sources = List.copyOf(sources);
    }

    /**
     * What a checkpoint says about itself in its generation_config.json, if it has one, and behind that how its family
     * is decoded, which its config.json tells.
     *
     * @throws io.github.coda4j.CodaException when a file cannot be read
     */
    public static DecodeDefaults ofCheckpoint(Path folder) {
        return ofCheckpoint(folder, Map.of());
    }

    /**
     * The same for a checkpoint of which more is told than its config.json says.
     *
     * @param told numbers by key of config.json, as {@link io.github.coda4j.model.LoadOptions#told} has them
     */
    public static DecodeDefaults ofCheckpoint(Path folder, Map<String, Integer> told) {
        List<ValueSource> sources = new ArrayList<>();
        Path file = folder.resolve(GenerationConfig.FILE_NAME);
        if (Files.exists(file)) {
            sources.add(new GenerationConfig(ConfigFile.read(file)));
        }
        Path config = folder.resolve(CONFIG);
        if (Files.exists(config)) {
            sources.add(FamilyDefaults.of(ConfigFile.read(config), told));
        }
        return new DecodeDefaults(sources);
    }

    /** The same behind a source that is stronger. */
    public DecodeDefaults behind(ValueSource stronger) {
        List<ValueSource> all = new ArrayList<>();
        all.add(stronger);
        all.addAll(sources);
        return new DecodeDefaults(all);
    }

    /**
     * The meaning of a request. What it says beats the sources behind it; what it says without an effect is refused,
     * what they say without one is left out.
     *
     * @param given what the request says
     * @throws io.github.coda4j.WrongValueException naming the parameter that is wrong or has no effect
     * @throws io.github.coda4j.CodaException naming file and key
     */
    public DecodeSettings resolve(ValueSource given) {
        return new DecodeSettings(new Values(given, sources));
    }
}
