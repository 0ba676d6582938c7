package io.github.coda4j.decode.commit;

import io.github.coda4j.Nearest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** The commit policies that there are. Command line, environment, server, help and documentation read this list. */
public final class CommitPolicies {
    /** The built-in ones, in the order of help. A new one is a line here. */
    public static final List<CommitPolicyFactory> BUILT_IN = List.of(
            Origin.FACTORY,
            MaskGitPlus.FACTORY,
            TopKMargin.FACTORY,
            Entropy.FACTORY,
            ConfidenceThreshold.FACTORY,
            Hierarchy.FACTORY,
            LocalLeap.FACTORY,
            Factor.FACTORY,
            Frechet.FACTORY,
            EntropyBound.FACTORY,
            EntropyThreshold.FACTORY,
            MultiBlock.FACTORY,
            Hybrid.FACTORY,
            LeftBias.FACTORY,
            CertaintyDensity.FACTORY,
            Prophet.FACTORY,
            LessLight.FACTORY,
            Klass.FACTORY,
            Credit.FACTORY,
            Saber.FACTORY,
            P2.FACTORY,
            LowConfidence.EVEN,
            LowConfidence.ROUNDED,
            LowConfidence.STATIC,
            LowConfidenceDynamic.FACTORY,
            SubBlocks.FACTORY);

    private static final String SERVICE = "META-INF/services/" + CommitPolicyFactory.class.getName();

    private CommitPolicies() {}

    /** The names of the built-in ones. */
    public static List<String> names() {
        return BUILT_IN.stream().map(CommitPolicyFactory::name).toList();
    }

    /**
     * The factory of that name, if there is one: a built-in one, or one on the class path of the calling thread, as its
     * services name it.
     *
     * @param name a short name, or the name of a class
     * @throws IllegalArgumentException when that class is there and cannot be used
     */
    public static Optional<CommitPolicyFactory> find(String name) {
        Optional<CommitPolicyFactory> builtIn =
                BUILT_IN.stream().filter(factory -> factory.name().equals(name)).findFirst();
        return builtIn.isPresent() || !isClassName(name) ? builtIn : onClassPath(name);
    }

    /**
     * The factory of that name.
     *
     * @throws IllegalArgumentException saying what there is
     */
    public static CommitPolicyFactory require(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException("alg " + unknown(name)));
    }

    /**
     * The policy of that name.
     *
     * @param values of some of its parameters, by name
     * @throws IllegalArgumentException when there is no such policy or parameter, or a value is out of range
     */
    public static CommitPolicy of(String name, Map<String, Double> values) {
        return create(require(name), values);
    }

    /** The policy with these values; see {@link #of}. */
    public static CommitPolicy create(CommitPolicyFactory factory, Map<String, Double> values) {
        return factory.create(PolicyValues.of(factory, values));
    }

    /** What is wrong with a name that {@link #find} does not know, to be put after what gave it. */
    public static String unknown(String name) {
        if (isClassName(name)) {
            return String.format(
                    Locale.ROOT,
                    "'%s' is not on the class path: it must be a CommitPolicyFactory that a file %s there names",
                    name,
                    SERVICE);
        }
        return String.format(
                Locale.ROOT,
                "must be one of %s, got '%s'%s",
                String.join(", ", names()),
                name,
                Nearest.hint(name, names()));
    }

    private static Optional<CommitPolicyFactory> onClassPath(String className) {
        try {
            return ServiceLoader.load(CommitPolicyFactory.class).stream()
                    .filter(provider -> provider.type().getName().equals(className))
                    .findFirst()
                    .map(ServiceLoader.Provider::get);
        } catch (ServiceConfigurationError e) {
            throw new IllegalArgumentException(
                    "commit policies on the class path cannot be used: " + e.getMessage(), e);
        }
    }

    private static boolean isClassName(String name) {
        return name.indexOf('.') > 0;
    }
}
