package io.github.coda4j.serve.wire;

import java.util.List;
import java.util.Optional;

/**
 * Texts with a hole as models that write from left to right are asked for it: markers for what stands before the hole,
 * what stands behind it, and where the answer is to come. A diffusion model needs none of them, so a raw prompt that
 * holds one complete set becomes a text with a hole.
 */
final class FimMarkers {
    /** The markers before the prefix, before the suffix, and behind both. */
    private record Family(String prefix, String suffix, String middle) {}

    private static final List<Family> FAMILIES = List.of(
            new Family("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
            new Family("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
            new Family("<|code_prefix|>", "<|code_suffix|>", "<|code_middle|>"),
            new Family("<\uFF5Cfim\u2581begin\uFF5C>", "<\uFF5Cfim\u2581hole\uFF5C>", "<\uFF5Cfim\u2581end\uFF5C>"),
            new Family("<PRE> ", " <SUF>", " <MID>"));

    /** Codestral's, which puts the suffix first and marks no middle. */
    private static final String SUFFIX_FIRST = "[SUFFIX]";

    private static final String THEN_PREFIX = "[PREFIX]";

    /** What stands before other files that are sent along. */
    private static final List<String> FILE_MARKERS = List.of("<|file_sep|>", "<|repo_name|>", "<file_sep>");

    private FimMarkers() {}

    /** The text with its hole; empty when the prompt is none of these. */
    static Optional<TextPrompt.Holes> parse(String prompt) {
        for (Family family : FAMILIES) {
            int prefix = prompt.indexOf(family.prefix);
            int suffix = prompt.indexOf(family.suffix, Math.max(prefix, 0));
            int middle = prompt.lastIndexOf(family.middle);
            boolean whole = prefix >= 0
                    && suffix >= prefix + family.prefix.length()
                    && middle >= suffix + family.suffix.length()
                    && prompt.substring(middle + family.middle.length()).isBlank();
            if (whole && once(prompt, family)) {
                String before = prompt.substring(0, prefix) + prompt.substring(prefix + family.prefix.length(), suffix);
                return Optional.of(TextPrompt.Holes.between(
                        withoutFileMarkers(before), prompt.substring(suffix + family.suffix.length(), middle)));
            }
        }
        int prefix = prompt.indexOf(THEN_PREFIX);
        if (prompt.startsWith(SUFFIX_FIRST) && prefix >= 0) {
            return Optional.of(TextPrompt.Holes.between(
                    prompt.substring(prefix + THEN_PREFIX.length()), prompt.substring(SUFFIX_FIRST.length(), prefix)));
        }
        return Optional.empty();
    }

    private static boolean once(String prompt, Family family) {
        return prompt.indexOf(family.prefix) == prompt.lastIndexOf(family.prefix)
                && prompt.indexOf(family.suffix) == prompt.lastIndexOf(family.suffix)
                && prompt.indexOf(family.middle) == prompt.lastIndexOf(family.middle);
    }

    private static String withoutFileMarkers(String text) {
        String plain = text;
        for (String marker : FILE_MARKERS) {
            plain = plain.replace(marker, "");
        }
        return plain;
    }
}
