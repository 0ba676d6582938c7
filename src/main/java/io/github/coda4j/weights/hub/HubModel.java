package io.github.coda4j.weights.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.Json;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.ModelFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the hub's API says of a model at a revision.
 *
 * @param commit names the state of all files; when the hub gives none, a hash over the listed names, sizes and
 *     checksums
 * @param commitIsKnown whether the hub gave it
 * @param files those that belong to a model, as {@link ModelFiles} knows them
 */
record HubModel(String id, String commit, boolean commitIsKnown, Optional<String> license, List<HubFile> files) {
    private static final Pattern COMMIT = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    /** A petabyte: no sum of sizes overflows. */
    private static final long LARGEST_FILE = 1L << 50;

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /** @param sha256 lower-case hexadecimal; given for large files only */
    record HubFile(String name, long bytes, Optional<String> sha256) {}

    /** Asks the hub for what its listing does not say of a file. */
    @FunctionalInterface
    interface Asking {
        HubHttp.Head of(String name) throws IOException, InterruptedException;
    }

    /** @param asking for the sizes that the listing lacks, as those of some mirrors do */
    static HubModel parse(String id, String json, String source, Asking asking)
            throws IOException, InterruptedException {
        ObjectNode root = Json.parseObject(json, source);
        JsonNode siblings = root.path("siblings");
        if (!siblings.isArray()) {
            throw CodaException.of("%s: \"siblings\" must be a list of files, got %s", source, Json.shown(siblings));
        }
        List<HubFile> files = new ArrayList<>();
        for (JsonNode sibling : siblings) {
            String name = sibling.path("rfilename").asText("");
            refuseUnsafe(name, source);
            if (ModelFiles.belongsToModel(name)) {
                files.add(file(name, sibling, source, asking));
            }
        }
        checkIsModel(id, files, siblings);
        String sha = root.path("sha").asText("");
        if (!sha.isEmpty() && !COMMIT.matcher(sha).matches()) {
            throw CodaException.of("%s: \"sha\" is no commit, got %s", source, Json.shown(root.get("sha")));
        }
        String commit = sha.isEmpty() ? "listing-" + hash(files.toString()) : sha;
        return new HubModel(id, commit, !sha.isEmpty(), license(root.path("cardData")), List.copyOf(files));
    }

    private static void refuseUnsafe(String name, String source) {
        boolean climbs = List.of(name.split("/", -1)).stream()
                .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
        if (climbs || name.contains("\\") || name.chars().anyMatch(Character::isISOControl)) {
            throw CodaException.of(
                    "%s lists the file name %s, which could leave the cache folder; the model is not pulled",
                    source, Json.quoted(name));
        }
    }

    private static HubFile file(String name, JsonNode sibling, String source, Asking asking)
            throws IOException, InterruptedException {
        JsonNode size = sibling.hasNonNull("size")
                ? sibling.get("size")
                : sibling.path("lfs").path("size");
        if (size.isMissingNode() || size.isNull()) {
            return unlisted(name, source, asking.of(name));
        }
        if (!size.isIntegralNumber()
                || !size.canConvertToLong()
                || size.longValue() < 0
                || size.longValue() > LARGEST_FILE) {
            throw CodaException.of("%s: file %s has no usable size, got %s", source, name, Json.shown(size));
        }
        JsonNode sha256 = sibling.path("lfs").path("sha256");
        if (sha256.isMissingNode() || sha256.isNull()) {
            return new HubFile(name, size.longValue(), Optional.empty());
        }
        String hex = sha256.asText("").toLowerCase(java.util.Locale.ROOT);
        if (!SHA256.matcher(hex).matches()) {
            throw CodaException.of("%s: the sha256 of file %s is none: %s", source, name, Json.shown(sha256));
        }
        return new HubFile(name, size.longValue(), Optional.of(hex));
    }

    private static HubFile unlisted(String name, String source, HubHttp.Head head) {
        long bytes = head.bytes().orElse(-1);
        if (bytes < 0 || bytes > LARGEST_FILE) {
            throw CodaException.of(
                    "%s does not say how large file %s is, nor does the hub when asked for the file; pull from another "
                            + "hub (HF_ENDPOINT)",
                    source, name);
        }
        return new HubFile(name, bytes, head.sha256());
    }

    private static void checkIsModel(String id, List<HubFile> files, JsonNode siblings) {
        if (files.stream().noneMatch(file -> file.name().equals(CheckpointFolder.CONFIG))) {
            throw CodaException.of("%s has no config.json among its %d files; it is no model", id, siblings.size());
        }
        if (files.stream().noneMatch(file -> file.name().endsWith(".safetensors"))) {
            throw CodaException.of("%s has no safetensors weights; other weight formats are not read", id);
        }
    }

    private static Optional<String> license(JsonNode card) {
        JsonNode license = card.path("license");
        List<String> names = new ArrayList<>();
        (license.isArray() ? license : List.of(license)).forEach(name -> {
            if (name.isTextual() && !name.textValue().isBlank()) {
                names.add(name.textValue());
            }
        });
        if (names.equals(List.of("other")) && card.path("license_name").isTextual()) {
            return Optional.of(card.path("license_name").textValue());
        }
        return names.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", names));
    }

    long bytes() {
        return files.stream().mapToLong(HubFile::bytes).sum();
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return id + " at " + commit + ": " + files.stream().map(HubFile::name).collect(Collectors.joining(", "));
    }
}
