package io.github.coda4j.data;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which documents may be used by their license: what is stated beside them, or in their first lines as
 * SPDX-License-Identifier.
 */
final class Licenses {
    private static final Pattern SPDX = Pattern.compile("SPDX-License-Identifier:\\s*([^\\r\\n]+)");
    private static final int HEAD = 4000;

    private final Set<String> allowed;
    private final Optional<String> fallback;

    Licenses(Set<String> allowed, Optional<String> fallback) {
        this.allowed = allowed.stream().map(id -> id.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
        this.fallback = fallback;
    }

    /**
     * Whether it may be used: all stated licenses must be allowed. Without a list of allowed ones everything may.
     *
     * @param stated SPDX expressions
     */
    boolean allow(List<String> stated, String text) {
        if (allowed.isEmpty()) {
            return true;
        }
        List<String> known = stated;
        if (known.isEmpty()) {
            Matcher matcher = SPDX.matcher(text).region(0, Math.min(HEAD, text.length()));
            known = matcher.find()
                    ? List.of(matcher.group(1))
                    : fallback.stream().toList();
        }
        return !known.isEmpty() && known.stream().allMatch(this::allowsExpression);
    }

    /**
     * Of alternatives (OR) one must be allowed, of joint licenses (AND) all; an exception (WITH) only ever allows more.
     */
    private boolean allowsExpression(String expression) {
        String plain = expression.replaceAll("[()]|\\*/|-->", " ").strip();
        for (String alternative : plain.split("(?i)\\s+OR\\s+")) {
            boolean all = true;
            for (String joint : alternative.split("(?i)\\s+AND\\s+")) {
                String id = joint.strip().split("(?i)\\s+WITH\\s+")[0].strip();
                all &= allowed.contains(id.toLowerCase(Locale.ROOT));
            }
            if (all) {
                return true;
            }
        }
        return false;
    }
}
