package io.github.coda4j.eval.tasks;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.JsonLines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the files of data sets lie.
 *
 * @param folder the folder
 * @param overrides files that stand for a set whatever their name and version; EvalPlus's variables name such
 * @param anyVersion whether a file may be of another version than the one that is known
 */
public record DataFolder(Path folder, Map<DataSet, Path> overrides, boolean anyVersion) {
    private static final String HUMANEVAL_OVERRIDE = "HUMANEVAL_OVERRIDE_PATH";
    private static final String MBPP_OVERRIDE = "MBPP_OVERRIDE_PATH";
    private static final List<String> ENDINGS = List.of(".jsonl.gz", ".jsonl");

    public DataFolder {
        overrides = Map.copyOf(overrides);
    }

    /** The folder with what the environment puts in its place. */
    public static DataFolder of(Path folder, Map<String, String> environment, boolean anyVersion) {
        Map<DataSet, Path> overrides = new EnumMap<>(DataSet.class);
        put(overrides, DataSet.HUMANEVAL_PLUS, environment.get(HUMANEVAL_OVERRIDE));
        put(overrides, DataSet.MBPP_PLUS, environment.get(MBPP_OVERRIDE));
        return new DataFolder(folder, overrides, anyVersion);
    }

    private static void put(Map<DataSet, Path> overrides, DataSet set, String file) {
        if (file != null && !file.isBlank()) {
            overrides.put(set, Path.of(file.strip()));
        }
    }

    /**
     * A set that was read.
     *
     * @param file where it lies
     * @param md5 of its bytes, unpacked
     * @param lines its rows
     */
    public record Rows(DataSet set, Path file, String md5, List<JsonLines.Line> lines) {
        /** Each row as JSON. */
        public Stream<ObjectNode> objects() {
            return lines.stream().map(JsonLines.Line::object);
        }
    }

    /** The set's file; empty when it is not there. */
    public Optional<Path> find(DataSet set) {
        if (overrides.containsKey(set)) {
            return Optional.of(overrides.get(set));
        }
        return ENDINGS.stream()
                .map(ending -> folder.resolve(set.file() + ending))
                .filter(Files::exists)
                .findFirst();
    }

    /** @throws CodaException saying where its publisher has it, when the set's file is not there */
    public Path require(DataSet set) {
        return find(set)
                .orElseThrow(() -> CodaException.of(
                        "there is no %s%s in %s: its publisher has it at %s; put it there, or name its folder with"
                                + " --data",
                        set.file(), ENDINGS.getFirst(), folder, set.publisher()));
    }

    /**
     * Reads a set.
     *
     * @throws CodaException when its file is not there, is damaged, or is of another version
     */
    public Rows read(DataSet set) {
        Path file = require(set);
        byte[] bytes = JsonLines.unpacked(file);
        String md5 = md5(bytes);
        if (!md5.equals(set.md5()) && !anyVersion && !overrides.containsKey(set)) {
            throw CodaException.of(
                    "%s is of another version of %s: its MD5, unpacked, is %s, expected %s; scores of different"
                            + " versions do not compare; take --any-data-version to score all the same",
                    file, set.file(), md5, set.md5());
        }
        List<JsonLines.Line> lines = new ArrayList<>(set.rows());
        JsonLines.each(bytes, file.toString(), lines::add);
        return new Rows(set, file, md5, List.copyOf(lines));
    }

    private static String md5(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
