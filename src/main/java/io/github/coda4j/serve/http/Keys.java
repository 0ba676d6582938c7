package io.github.coda4j.serve.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The keys that open the server. What is compared are digests, all of them, in a time that no key changes. */
public final class Keys {
    private static final String BEARER = "bearer ";

    private final List<byte[]> digests;

    /** @param keys none: everybody is let in, whatever he shows */
    public Keys(List<String> keys) {
        this.digests = keys.stream().map(Keys::digest).toList();
    }

    /** Whether nobody needs a key. */
    public boolean isOpen() {
        return digests.isEmpty();
    }

    /**
     * Whether one of the headers holds a key.
     *
     * @param authorization {@code Bearer KEY}, or the key alone
     * @param apiKey the header x-api-key
     */
    boolean open(Optional<String> authorization, Optional<String> apiKey) {
        if (isOpen()) {
            return true;
        }
        boolean found = false;
        for (String shown : List.of(authorization.map(Keys::bare).orElse(""), apiKey.orElse(""))) {
            byte[] digest = digest(shown);
            for (byte[] known : digests) {
                found |= MessageDigest.isEqual(known, digest);
            }
        }
        return found;
    }

    private static String bare(String authorization) {
        return authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)
                ? authorization.substring(BEARER.length()).strip()
                : authorization.strip();
    }

    private static byte[] digest(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
