package io.github.coda4j.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What tells the weights of one checkpoint from another's: a SHA-256 over every tensor's name, type, shape and some of
 * its bytes, {@value #PIECES} pieces of {@value #PIECE} spread evenly. Read in milliseconds whatever the size; how the
 * tensors are cut into files plays no part. It guards against mistakes and not against intent.
 */
final class Fingerprint {
    private static final int PIECES = 16;
    private static final int PIECE = 64;

    private Fingerprint() {}

    static String of(CheckpointFolder folder) {
        MessageDigest digest = sha256();
        folder.tensors().values().stream()
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .forEach(entry -> add(digest, entry, folder.data(entry)));
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void add(MessageDigest digest, TensorEntry entry, MemorySegment data) {
        String head = entry.name() + " " + entry.dtype() + " " + Arrays.toString(entry.shape()) + "\n";
        digest.update(head.getBytes(StandardCharsets.UTF_8));
        long size = data.byteSize();
        int length = (int) Math.min(PIECE, size);
        byte[] piece = new byte[length];
        for (int i = 0; i < PIECES; i++) {
            long start = (size - length) * i / (PIECES - 1);
            MemorySegment.copy(data, ValueLayout.JAVA_BYTE, start, piece, 0, length);
            digest.update(piece);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
