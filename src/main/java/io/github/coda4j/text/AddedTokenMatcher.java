package io.github.coda4j.text;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the longest added token that starts at a position. */
final class AddedTokenMatcher {
    private final Map<Character, List<AddedToken>> longestFirstByStart = new HashMap<>();
    private final boolean[] latinStarts = new boolean[256];
    private boolean otherStarts;

    AddedTokenMatcher(Collection<AddedToken> tokens) {
        for (AddedToken token : tokens) {
            char first = token.content().charAt(0);
            longestFirstByStart.computeIfAbsent(first, c -> new ArrayList<>()).add(token);
            if (first < latinStarts.length) {
                latinStarts[first] = true;
            } else {
                otherStarts = true;
            }
        }
        Comparator<AddedToken> longestFirst = Comparator.comparingInt(
                        (AddedToken token) -> token.content().length())
                .reversed();
        longestFirstByStart.values().forEach(list -> list.sort(longestFirst));
    }

    /** The longest token that begins at {@code position} and ends at or before {@code limit}. */
    Optional<AddedToken> longestAt(String text, int position, int limit) {
        char first = text.charAt(position);
        if (first < latinStarts.length ? !latinStarts[first] : !otherStarts) {
            return Optional.empty();
        }
        for (AddedToken token : longestFirstByStart.getOrDefault(first, List.of())) {
            if (position + token.content().length() <= limit && text.startsWith(token.content(), position)) {
                return Optional.of(token);
            }
        }
        return Optional.empty();
    }
}
