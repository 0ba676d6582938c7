package io.github.coda4j.files;

import java.nio.file.Path;
import java.util.List;

/**
 * The values of one section of a config: each is asked for by its key, has its type checked, and is written down as
 * what is in force, a default too. Every method throws an {@link IllegalArgumentException} that names file and key when
 * the value is missing or of another type. A key that nobody asks for is refused.
 */
public interface ConfigValues {
    /** Whether the key is given. */
    boolean has(String key);

    /**
     * A whole number of 64 bits.
     *
     * @param meaning what the key says, for the message when it is missing
     */
    long integer(String key, String meaning);

    /** The same with a default. */
    long integerOr(String key, long otherwise);

    /**
     * A whole number of 32 bits.
     *
     * @param meaning what the key says, for the message when it is missing
     */
    int count(String key, String meaning);

    /** The same with a default. */
    int countOr(String key, int otherwise);

    /**
     * A finite number.
     *
     * @param meaning what the key says, for the message when it is missing
     */
    double number(String key, String meaning);

    /** The same with a default. */
    double numberOr(String key, double otherwise);

    /** A number or a list of at least one. */
    List<Double> numbersOr(String key, double otherwise);

    /** A whole number of 32 bits or a list of at least one. */
    List<Integer> countsOr(String key, int otherwise);

    /** A list of integers, or a list of such lists; one empty list when it is not given. */
    List<List<Integer>> integerStages(String key);

    /** {@code true} or {@code false}. */
    boolean flagOr(String key, boolean otherwise);

    /**
     * One of the names.
     *
     * @param meaning what the key says, for the message when it is missing
     */
    String choice(String key, String meaning, List<String> names);

    /** The same with a default. */
    String choiceOr(String key, String otherwise, List<String> names);

    /** A text that is not blank. */
    String textOr(String key, String otherwise);

    /**
     * A path, relative to the working directory.
     *
     * @param meaning what the key says, for the message when it is missing
     */
    Path path(String key, String meaning);

    /** The same with a default. */
    Path pathOr(String key, Path otherwise);
}
