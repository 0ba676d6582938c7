package io.github.coda4j.spark;

import io.github.coda4j.CodaException;
import io.github.coda4j.data.Manifest;
import io.github.coda4j.data.Split;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.files.TextFiles;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import org.apache.spark.TaskContext;

/**
 * The folder beside the output, hidden, that all machines share: what is done of a job lies there, each piece whole, so
 * that a task that is run again or twice writes the same once more, and a job that was killed goes on.
 *
 * @param folder its path, the same on all machines
 * @param job what the job's files are for: other work is not gone on with
 */
record Staging(String folder, String job) implements Serializable {
    private static final String JOB = "job";
    private static final String CUT = " in parts: ";

    /** Writes the content of a file. */
    @FunctionalInterface
    interface Content {
        void to(DataOutputStream out) throws IOException;
    }

    /**
     * Starts, or goes on with what an earlier job of the same work left.
     *
     * @param beside the output's folder
     * @param work what is to be done, without how the corpus is cut
     * @param parts into how many parts it is cut at most
     */
    static Staging open(Path beside, String work, int parts) {
        Path folder = folder(beside);
        String job = work + CUT + parts;
        Staging staging = new Staging(folder.toString(), job);
        try {
            if (Files.exists(folder) && !staging.isOfJob()) {
                AtomicFiles.deleteRecursively(folder);
            }
            Files.createDirectories(folder.resolve("shards"));
            AtomicFiles.writeText(folder.resolve(JOB), job);
        } catch (IOException e) {
            throw FileProblems.cannot("write", folder, e);
        }
        return staging;
    }

    private static Path folder(Path beside) {
        Path target = beside.toAbsolutePath().normalize();
        return target.resolveSibling("." + target.getFileName() + ".spark");
    }

    /**
     * Into how many parts an earlier job of the same work cut the corpus; empty when there was none. On another number
     * of machines another cut would be taken, and nothing of what is done would fit.
     */
    static OptionalInt cut(Path beside, String work) {
        try {
            String earlier = TextFiles.read(folder(beside).resolve(JOB));
            return earlier.startsWith(work + CUT)
                    ? OptionalInt.of(Integer.parseInt(earlier.substring(work.length() + CUT.length())))
                    : OptionalInt.empty();
        } catch (CodaException | NumberFormatException _) {
            return OptionalInt.empty();
        }
    }

    private boolean isOfJob() {
        try {
            return Arrays.equals(Files.readAllBytes(path(JOB)), job.getBytes(StandardCharsets.UTF_8));
        } catch (IOException _) {
            return false;
        }
    }

    /**
     * Makes sure that this machine sees the folder.
     *
     * @throws CodaException when it does not, or sees another one of the same name
     */
    void require() {
        if (!isOfJob()) {
            throw CodaException.of(
                    "%s is not the folder in which the job was started, as %s sees it: --out must lie on a file "
                            + "system that all executors share",
                    folder, host());
        }
    }

    /** This machine, for messages. */
    static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "this machine";
        }
    }

    Path path(String name) {
        return Path.of(folder, name);
    }

    static String examined(int part) {
        return name("examined", part);
    }

    static String tokens(int part, Split split) {
        return name("tokens-" + split.label(), part);
    }

    static String lengths(int part, Split split) {
        return name("lengths-" + split.label(), part);
    }

    static String answers(int part, Split split) {
        return name("answers-" + split.label(), part);
    }

    /** All files of the tokens of a part. */
    static List<String> tokenFiles(int part, Split split, Manifest.Content kind) {
        return kind == Manifest.Content.INSTRUCTIONS
                ? List.of(tokens(part, split), lengths(part, split), answers(part, split))
                : List.of(tokens(part, split), lengths(part, split));
    }

    /** The tokens of all conversations of a part that may be kept. */
    static String rows(int part) {
        return name("rows", part);
    }

    private static String name(String what, int part) {
        return String.format(Locale.ROOT, "%s-%06d", what, part);
    }

    /** What a task answered that is done; empty when it is not. */
    <T> Optional<T> done(String what, int number, Class<T> type) {
        Path file = path(name("done-" + what, number));
        try {
            return Files.exists(file) ? Optional.of(Packed.read(Files.readAllBytes(file), type)) : Optional.empty();
        } catch (IOException e) {
            throw FileProblems.cannot("read", file, e);
        }
    }

    /** Remembers what a task answered; its files must be there. */
    <T extends Serializable> T done(String what, int number, T answer) {
        byte[] bytes = Packed.of(answer);
        write(name("done-" + what, number), out -> out.write(bytes));
        return answer;
    }

    /** Writes a file that appears whole, in place of one with the same content. */
    void write(String name, Content content) {
        Path target = path(name);
        Path work = path("." + name + "." + UUID.randomUUID());
        try {
            try (DataOutputStream out = out(work)) {
                content.to(out);
            }
            requireWanted();
            Files.move(work, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw AtomicFiles.withoutLeftover(work, FileProblems.cannot("write", target, e));
        } catch (RuntimeException e) {
            throw AtomicFiles.withoutLeftover(work, e);
        }
    }

    /**
     * What a copy of a task makes that was interrupted because another one was faster is not kept: a file system may
     * have told it of unreadable files.
     */
    static void requireWanted() {
        TaskContext task = TaskContext.get();
        if (task != null && task.isInterrupted()) {
            throw new CancellationException("another copy of the task was faster");
        }
    }

    /** Whether a shard's files are all there. */
    boolean has(Manifest.Shard shard) {
        return shard.sha256().keySet().stream()
                .allMatch(file -> Files.exists(path("shards").resolve(file)));
    }

    /** A folder of this task alone, in which it writes. */
    Path workFolder() {
        Path work = path(".work." + UUID.randomUUID());
        try {
            return Files.createDirectory(work);
        } catch (IOException e) {
            throw FileProblems.cannot("write", work, e);
        }
    }

    /** A new file, for numbers in the order of the network. */
    static DataOutputStream out(Path file) throws IOException {
        return new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
    }

    /**
     * Gives a file of a task's own folder its place, also where the same task, run twice, has put the same bytes.
     *
     * @param name in this folder, perhaps below {@code shards/}
     */
    void publish(Path work, String name) {
        Path target = path(name);
        requireWanted();
        try {
            Files.move(
                    work.resolve(target.getFileName()),
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw FileProblems.cannot("write", target, e);
        }
    }

    /** Removes a task's own folder. */
    void discard(Path work) {
        AtomicFiles.deleteLeftover(work);
    }

    /** Removes everything. */
    void remove() {
        AtomicFiles.deleteLeftover(Path.of(folder));
    }
}
