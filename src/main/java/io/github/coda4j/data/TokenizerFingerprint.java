package io.github.coda4j.data;

import io.github.coda4j.text.AddedToken;
import io.github.coda4j.text.BpeTokenizer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * A hash of what a tokenizer's ids mean: the bytes of each and which are added tokens. It is the same for the same
 * tokenizer in another form of files (tokenizer.json, or vocab.json with merges.txt).
 */
public final class TokenizerFingerprint {
    private TokenizerFingerprint() {}

    /** SHA-256 in hexadecimal over id, kind, length and bytes of every token, by ascending id. */
    public static String of(BpeTokenizer tokenizer) {
        boolean[] added = new boolean[tokenizer.vocabSize()];
        for (AddedToken token : tokenizer.addedTokens()) {
            added[token.id()] = true;
        }
        MessageDigest digest = Hashes.sha256();
        for (int id = 0; id < added.length; id++) {
            byte[] bytes = added[id] ? tokenizer.token(id).getBytes(StandardCharsets.UTF_8) : tokenizer.tokenBytes(id);
            digest.update(ByteBuffer.allocate(9)
                    .putInt(id)
                    .put((byte) (added[id] ? 1 : 0))
                    .putInt(bytes.length)
                    .flip());
            digest.update(bytes);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
