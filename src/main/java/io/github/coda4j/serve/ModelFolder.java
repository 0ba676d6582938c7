package io.github.coda4j.serve;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a model's folder says about it beside the model itself.
 *
 * @param path of the folder
 * @param given what whoever started the server calls it; empty for the model in the box
 */
public record ModelFolder(Path path, Optional<String> given) {
    private static final int HEAD_BYTES = 1 << 20;
    private static final int FINGERPRINT_DIGITS = 12;

    /** What clients call the model: a hub's name as it is, a folder by its own name. */
    public String name() {
        return given.filter(name -> !Files.isDirectory(Path.of(name)))
                .orElseGet(() -> path.toAbsolutePath().normalize().getFileName().toString());
    }

    /** When its config was written, in seconds since 1970. */
    public long created() {
        try {
            return Files.getLastModifiedTime(path.resolve("config.json")).toMillis() / 1000;
        } catch (IOException e) {
            throw cannotRead(e);
        }
    }

    /** A digest of its config and of names, sizes and beginnings of its weights: all of them would take too long. */
    public String fingerprint() {
        try (Stream<Path> children = Files.list(path)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            List<Path> files = children.filter(file -> file.toString().endsWith(".safetensors")
                            || file.getFileName().toString().equals("config.json"))
                    .sorted()
                    .toList();
            for (Path file : files) {
                digest.update((file.getFileName() + " " + Files.size(file)).getBytes(StandardCharsets.UTF_8));
                try (InputStream in = Files.newInputStream(file)) {
                    digest.update(in.readNBytes(HEAD_BYTES));
                }
            }
            return "fp_" + HexFormat.of().formatHex(digest.digest()).substring(0, FINGERPRINT_DIGITS);
        } catch (IOException e) {
            throw cannotRead(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private CodaException cannotRead(IOException e) {
        return new CodaException("cannot read " + path + ": " + e.getMessage(), e);
    }
}
