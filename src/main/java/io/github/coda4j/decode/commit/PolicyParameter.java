package io.github.coda4j.decode.commit;

import static io.github.coda4j.Checks.check;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A number that a commit policy takes. Its flag, its field in JSON bodies, its environment variable and its lines in
 * help and documentation are made of this. Parameters of the same name in several policies are one parameter to the
 * user: they should mean the same.
 *
 * @param name lower case words joined by underscores, such as {@code alg_temp}
 * @param label stands for the value in help, such as {@code X}
 * @param range what is allowed
 * @param standard the value where none is given, in range
 * @param off whether the standard value switches it off: it may then be given to any policy
 * @param doc one sentence, without a full stop
 */
public record PolicyParameter(String name, String label, Range range, double standard, boolean off, String doc) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*");

    /**
     * Numbers from {@code least} to {@code most}.
     *
     * @param most may be infinite, which is not a value itself
     * @param open whether the least is excluded
     * @param whole whether only integers are allowed
     */
    public record Range(double least, double most, boolean open, boolean whole) {
        public Range {
            check(least <= most, "a range must not be empty, got %s to %s", least, most);
        }

        /** [least, most]. */
        public static Range between(double least, double most) {
            return new Range(least, most, false, false);
        }

        /** Everything from 0. */
        public static Range zeroOrPositive() {
            return new Range(0, Double.POSITIVE_INFINITY, false, false);
        }

        /** Everything above 0. */
        public static Range positive() {
            return new Range(0, Double.POSITIVE_INFINITY, true, false);
        }

        /** Integers from {@code least}. */
        public static Range wholeFrom(int least) {
            return new Range(least, Integer.MAX_VALUE, false, true);
        }

        /** Integers from {@code least} to {@code most}. */
        public static Range whole(int least, int most) {
            return new Range(least, most, false, true);
        }

        /** Whether a value lies in the range. */
        public boolean contains(double value) {
            return Double.isFinite(value)
                    && value <= most
                    && (open ? value > least : value >= least)
                    && (!whole || value == Math.rint(value));
        }

        /** As in "must be in [0, 1]". */
        @Override
        public String toString() {
            if (whole && most < Integer.MAX_VALUE) {
                return "a whole number in [" + text(least) + ", " + text(most) + "]";
            }
            if (whole) {
                return String.format(Locale.ROOT, "a whole number of at least %.0f", least);
            }
            if (Double.isInfinite(most)) {
                return least == 0
                        ? (open ? "positive" : "0 or positive")
                        : (open ? "above " : "at least ") + text(least);
            }
            return (open ? "in (" : "in [") + text(least) + ", " + text(most) + "]";
        }
    }

    public PolicyParameter {
        check(NAME.matcher(name).matches(), "a parameter's name is like alg_temp, got '%s'", name);
        check(range.contains(standard), "the standard %s must be %s, got %s", name, range, standard);
    }

    /** A parameter that always has an effect. */
    public PolicyParameter(String name, String label, Range range, double standard, String doc) {
        this(name, label, range, standard, false, doc);
    }

    /**
     * The value, if it is in range.
     *
     * @throws IllegalArgumentException naming parameter, value and range otherwise
     */
    public double require(double value) {
        check(range.contains(value), "%s must be %s, got %s", name, range, value);
        return value;
    }

    /** A number as people write it: integers without a decimal point. */
    public static String text(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
