package io.github.coda4j.model;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.ConfigFile;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Where config.json says what the base of the rotary frequencies is: in {@code rope_theta}, or since version 5 of
 * transformers in {@code rope_parameters}; {@code rope_scaling} is the older name of that. Frequencies that are scaled
 * are refused: they are not computed here.
 */
final class RotaryBase {
    static final String THETA = "rope_theta";
    static final String PARAMETERS = "rope_parameters";
    static final String SCALING = "rope_scaling";
    /** The share of a head that is turned. */
    static final String TURNED = "partial_rotary_factor";

    private static final Set<String> KNOWN = Set.of("rope_type", "type", THETA, TURNED);

    private RotaryBase() {}

    /** @throws CodaException when it is missing, said twice and differently, or when the frequencies are scaled */
    static double read(ConfigFile file) {
        checkTurned(file);
        OptionalDouble theta = file.optionalDouble(THETA);
        for (String key : new String[] {PARAMETERS, SCALING}) {
            if (file.has(key)) {
                theta = agreed(file, theta, key, inside(file.requireObject(key)));
            }
        }
        return theta.orElseThrow(() -> file.invalid(THETA, "a number, there or in " + PARAMETERS));
    }

    private static OptionalDouble inside(ConfigFile rope) {
        for (String key : new String[] {"rope_type", "type"}) {
            if (!rope.optionalString(key).orElse("default").equals("default")) {
                throw rope.invalid(key, "\"default\": scaled rotary frequencies are not computed");
            }
        }
        ConfigKeys.refuseOthers(rope, KNOWN);
        checkTurned(rope);
        return rope.optionalDouble(THETA);
    }

    private static void checkTurned(ConfigFile file) {
        if (file.optionalDouble(TURNED).orElse(1) != 1) {
            throw file.invalid(TURNED, "1: all of a head is turned");
        }
    }

    private static OptionalDouble agreed(ConfigFile file, OptionalDouble before, String key, OptionalDouble found) {
        if (before.isPresent() && found.isPresent() && before.getAsDouble() != found.getAsDouble()) {
            throw CodaException.of(
                    "%s: \"%s.%s\" is %s, but another place says %s; leave the one that the model was trained with",
                    file.source(), key, THETA, found.getAsDouble(), before.getAsDouble());
        }
        return found.isPresent() ? found : before;
    }
}
