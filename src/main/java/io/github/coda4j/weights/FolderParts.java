package io.github.coda4j.weights;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.ConfigFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A folder of files cut into parts that are small enough for a way that takes no large files, and put together again.
 * {@code parts.json} names the files, and the parts of each in order, with their bytes and SHA-256.
 */
public final class FolderParts {
    /** What says which parts there are. */
    public static final String INDEX = "parts.json";

    private static final int BUFFER = 1 << 16;

    private FolderParts() {}

    /**
     * What was cut or joined.
     *
     * @param bytes of all files
     */
    public record Sum(int files, int parts, long bytes) {}

    /**
     * Cuts every file of a folder, which has no folders in it.
     *
     * @param target folder to be made; must not exist
     * @param mostBytes of a part, at least 1
     * @throws CodaException when something cannot be read or written, or is no file
     */
    public static Sum split(Path folder, Path target, long mostBytes) {
        check(mostBytes >= 1, "a part has at least 1 byte, got %d", mostBytes);
        refuseExisting(target);
        ArrayNode files = JsonNodeFactory.instance.arrayNode();
        int parts = 0;
        long bytes = 0;
        try {
            Files.createDirectories(target);
            for (Path file : files(folder)) {
                ObjectNode node = files.addObject();
                node.put("name", file.getFileName().toString());
                long size = cut(file, target, mostBytes, node);
                parts += node.get("parts").size();
                bytes += size;
            }
        } catch (IOException e) {
            throw new CodaException("cannot cut " + folder + " into " + target + ": " + e.getMessage(), e);
        }
        // Last, so that a folder without it is not whole.
        AtomicFiles.writeText(
                target.resolve(INDEX),
                JsonNodeFactory.instance.objectNode().set("files", files).toPrettyString() + "\n");
        return new Sum(files.size(), parts, bytes);
    }

    /**
     * Makes the folder again that was cut; it appears whole or not at all.
     *
     * @param target must not exist
     * @throws CodaException naming the part or file that is missing, has another size or another hash
     */
    public static Sum join(Path parts, Path target) {
        refuseExisting(target);
        ConfigFile index = ConfigFile.read(parts.resolve(INDEX));
        Path partial = AtomicFiles.temporaryFor(target);
        try {
            Files.createDirectories(partial);
            int count = 0;
            long bytes = 0;
            for (ConfigFile file : index.requireObjects("files")) {
                bytes += join(file, parts, partial);
                count += file.requireObjects("parts").size();
            }
            AtomicFiles.replace(partial, target);
            return new Sum(index.requireObjects("files").size(), count, bytes);
        } catch (CodaException e) {
            throw withoutLeftover(partial, e);
        } catch (IOException e) {
            throw withoutLeftover(
                    partial, new CodaException("cannot join " + parts + " into " + target + ": " + e.getMessage(), e));
        }
    }

    private static CodaException withoutLeftover(Path partial, CodaException problem) {
        return AtomicFiles.withoutLeftover(partial, problem);
    }

    private static void refuseExisting(Path target) {
        if (Files.exists(target)) {
            throw CodaException.of("%s exists already: name another folder, or remove it", target);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            List<Path> all = children.sorted().toList();
            for (Path child : all) {
                if (!Files.isRegularFile(child)) {
                    throw CodaException.of("%s is no file; a folder of files alone can be cut", child);
                }
            }
            return all;
        }
    }

    private static long cut(Path file, Path target, long mostBytes, ObjectNode node) throws IOException {
        MessageDigest whole = sha256();
        ArrayNode parts = node.putArray("parts");
        long size = Files.size(file);
        node.put("bytes", size);
        try (InputStream in = Files.newInputStream(file)) {
            long left = size;
            while (left > 0) {
                String name = String.format(Locale.ROOT, "%s.part-%03d", file.getFileName(), parts.size());
                long bytes = Math.min(left, mostBytes);
                MessageDigest own = sha256();
                try (OutputStream out = new DigestOutputStream(
                        new DigestOutputStream(Files.newOutputStream(target.resolve(name)), own), whole)) {
                    copy(in, out, bytes);
                }
                parts.addObject().put("name", name).put("bytes", bytes).put("sha256", hex(own));
                left -= bytes;
            }
        }
        node.put("sha256", hex(whole));
        return size;
    }

    private static void copy(InputStream in, OutputStream out, long bytes) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (long left = bytes; left > 0; ) {
            int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (read < 0) {
                throw new IOException("the file has become shorter while it was read");
            }
            out.write(buffer, 0, read);
            left -= read;
        }
    }

    private static long join(ConfigFile file, Path folder, Path target) throws IOException {
        String name = plain(file);
        Set<String> seen = new TreeSet<>();
        MessageDigest whole = sha256();
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(target.resolve(name)), whole)) {
            for (ConfigFile part : file.requireObjects("parts")) {
                Path path = folder.resolve(plain(part));
                if (!Files.isRegularFile(path)) {
                    throw CodaException.of("%s is missing; parts.json names it as a part of %s", path, name);
                }
                refuseOther(path.toString(), part, Files.size(path), hash(path));
                if (!seen.add(path.toString())) {
                    throw CodaException.of("%s: %s is named twice", file.source(), path);
                }
                Files.copy(path, out);
            }
        }
        long size = Files.size(target.resolve(name));
        refuseOther(name, file, size, hex(whole));
        return size;
    }

    /** A name of a file in the folder itself. */
    private static String plain(ConfigFile node) {
        String name = node.requireString("name");
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.contains("/") || name.contains("\\")) {
            throw node.invalid("name", "a file name without folders");
        }
        return name;
    }

    private static void refuseOther(String what, ConfigFile said, long bytes, String hash) {
        if (bytes != said.requireLong("bytes")) {
            throw CodaException.of(
                    "%s has %d bytes, parts.json says %d: fetch it again", what, bytes, said.requireLong("bytes"));
        }
        if (!hash.equals(said.requireString("sha256"))) {
            throw CodaException.of(
                    "%s has the SHA-256 %s, parts.json says %s: fetch it again",
                    what, hash, said.requireString("sha256"));
        }
    }

    private static String hash(Path file) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return hex(digest);
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
