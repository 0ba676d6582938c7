package io.github.coda4j.syntax;

import static io.github.coda4j.Checks.check;

/**
 * How many mistakes there are in a text, and what makes others likely, as far as it shows them by itself.
 *
 * @param sure those for which every compiler refuses it, up to the limit that was asked for; what may be legal is not
 *     among them
 * @param doubtful uses of names in the parts looked at that the text does not declare and uses nowhere else: a
 *     supertype in another file may declare them, but mostly they are made up; none of them is among the sure ones
 * @param odd values in the parts looked at that are legal and rare: a field's without the parameter of its name, a
 *     method's without the field that it is named after, {@code null} where a parameter of its type stands ready
 */
public record Faults(int sure, int doubtful, int odd) {
    /** There are none, or they are not known. */
    public static final Faults NONE = new Faults(0, 0, 0);

    public Faults {
        check(
                sure >= 0 && doubtful >= 0 && odd >= 0,
                "faults must not be negative, got %d, %d and %d",
                sure,
                doubtful,
                odd);
    }
}
