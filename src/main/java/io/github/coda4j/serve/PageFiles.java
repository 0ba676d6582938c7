package io.github.coda4j.serve;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.files.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/** What the page is made of: the bundle that {@code page/} is built into. */
final class PageFiles {
    /** Lists the other files. */
    static final String LIST = "bundle.json";

    private static final String PAGE = "index.html";
    private static final String ASSETS = "assets/";
    private static final Map<String, String> CONTENT_TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml",
            "md", "text/plain; charset=utf-8");

    private final Map<String, PageFile> files;

    /**
     * A file.
     *
     * @param bytes as they are
     * @param zipped the same as gzip
     */
    record PageFile(String contentType, byte[] bytes, byte[] zipped) {}

    private PageFiles(Map<String, PageFile> files) {
        this.files = files;
    }

    /** All files, from the class path. */
    static PageFiles load() {
        Map<String, PageFile> files = new LinkedHashMap<>();
        JsonNode list = Json.parse(new String(read(LIST), StandardCharsets.UTF_8), LIST);
        list.get("files").fieldNames().forEachRemaining(name -> {
            byte[] bytes = read(name);
            String type = CONTENT_TYPES.get(name.substring(name.lastIndexOf('.') + 1));
            check(type != null, "the page has a file of a kind that is not known: %s", name);
            files.put(name, new PageFile(type, bytes, zip(bytes)));
        });
        return new PageFiles(files);
    }

    PageFile page() {
        return files.get(PAGE);
    }

    /** A file that the page refers to. */
    Optional<PageFile> asset(String name) {
        return Optional.ofNullable(files.get(ASSETS + name));
    }

    /** Bytes of all files together, as gzip. */
    int zippedBytes() {
        return files.values().stream().mapToInt(file -> file.zipped().length).sum();
    }

    static byte[] read(String name) {
        try (InputStream in = requireNonNull(PageFiles.class.getResourceAsStream("page/" + name), name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] zip(byte[] bytes) {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zipped.toByteArray();
    }
}
