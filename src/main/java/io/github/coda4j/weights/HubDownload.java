package io.github.coda4j.weights;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fetches one file into a folder: {@code NAME.part} while it grows, {@code NAME} once its size and checksum are right. */
final class HubDownload {
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-\\d+/(\\d+|\\*)");
    private static final int BUFFER = 1 << 18;

    private final HubHttp http;
    private final Retrier retrier;
    private final PullListener listener;
    private final HubModel model;
    private final HubModel.HubFile file;
    private final URI address;
    private final Path target;
    private final Path part;
    private final String what;
    private long furthest;

    HubDownload(
            HubHttp http,
            Retrier retrier,
            PullListener listener,
            HubModel model,
            HubModel.HubFile file,
            URI address,
            Path folder) {
        this.http = http;
        this.retrier = retrier;
        this.listener = listener;
        this.model = model;
        this.file = file;
        this.address = address;
        this.target = folder.resolve(file.name());
        this.part = folder.resolve(file.name() + ".part");
        this.what = "file " + file.name() + " of " + model.id();
    }

    void run() {
        try {
            if (HubCache.hasSize(target, file.bytes())) {
                listener.fileStarted(file.name(), file.bytes(), file.bytes());
            } else {
                Files.deleteIfExists(target);
                fetchAndCheck();
                Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            }
            listener.fileDone(file.name());
        } catch (IOException e) {
            throw FileProblems.cannot("write", part, e);
        }
    }

    /** Bytes that an earlier pull left. */
    long already() throws IOException {
        if (HubCache.hasSize(target, file.bytes())) {
            return file.bytes();
        }
        return Files.exists(part) ? Math.min(Files.size(part), file.bytes()) : 0;
    }

    private void fetchAndCheck() throws IOException {
        long already = already();
        listener.fileStarted(file.name(), file.bytes(), already);
        fetch();
        if (checksumIsWrong() && already > 0) {
            Files.delete(part);
            fetch();
        }
        if (checksumIsWrong()) {
            String found = checksum();
            Files.delete(part);
            throw CodaException.of(
                    "%s: its sha256 is %s, the hub lists %s; it was damaged on the way and is discarded, run it again",
                    what, found, file.sha256().orElseThrow());
        }
    }

    private void fetch() throws IOException {
        if (file.bytes() == 0) {
            Files.write(part, new byte[0]);
            return;
        }
        retrier.run(what, progress -> {
            fetchOnce(progress);
            return part;
        });
    }

    private void fetchOnce(Retrier.Progress progress) throws IOException, InterruptedException {
        long have = Files.exists(part) ? Files.size(part) : 0;
        if (have == file.bytes()) {
            return;
        }
        if (have > file.bytes()) {
            Files.delete(part);
            have = 0;
        }
        try (HubHttp.Answer answer = http.get(address, have, what)) {
            checkCommit(answer);
            long from = answer.status() == 200 ? 0 : have;
            if (answer.status() == 416 || answer.status() == 206 && !continuesAt(answer, have)) {
                Files.deleteIfExists(part);
                throw new IOException("the hub does not continue at byte " + have);
            }
            checkSize(answer, from);
            receive(answer, from, progress);
        }
    }

    private void checkCommit(HubHttp.Answer answer) {
        Optional<String> served = answer.header("X-Repo-Commit");
        if (model.commitIsKnown() && served.isPresent() && !served.get().equals(model.commit())) {
            throw CodaException.of(
                    "%s: the model changed on the hub during the pull (commit %s became %s); run it again",
                    what, model.commit(), served.get());
        }
    }

    private static boolean continuesAt(HubHttp.Answer answer, long from) {
        Matcher range = CONTENT_RANGE.matcher(answer.header("Content-Range").orElse(""));
        return range.matches() && range.group(1).equals(Long.toString(from));
    }

    private void checkSize(HubHttp.Answer answer, long from) throws IOException {
        OptionalLong length = answer.contentLength();
        if (length.isPresent() && length.getAsLong() != file.bytes() - from) {
            throw wrongSize(Long.toString(from + length.getAsLong()));
        }
    }

    private CodaException wrongSize(String served) throws IOException {
        Files.deleteIfExists(part);
        return CodaException.of(
                "%s: the hub lists %d bytes but serves %s; the file is discarded, run it again later",
                what, file.bytes(), served);
    }

    private void receive(HubHttp.Answer answer, long from, Retrier.Progress progress) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long done = from;
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.truncate(from).position(from);
            for (int count = answer.read(buffer); count >= 0; count = answer.read(buffer)) {
                if (count > file.bytes() - done) {
                    throw wrongSize("more");
                }
                write(channel, ByteBuffer.wrap(buffer, 0, count));
                done += count;
                if (done > furthest) {
                    furthest = done;
                    progress.advanced();
                }
                listener.fileProgress(file.name(), done, file.bytes());
            }
            channel.force(true);
        }
        if (done < file.bytes()) {
            throw new IOException("the connection ended at byte " + done + " of " + file.bytes());
        }
    }

    /** A disk that refuses is no passing failure of the network. */
    private void write(FileChannel channel, ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw FileProblems.cannot("write", part, e);
        }
    }

    private boolean checksumIsWrong() throws IOException {
        return file.sha256().isPresent() && !file.sha256().get().equals(checksum());
    }

    private String checksum() throws IOException {
        try (InputStream in = Files.newInputStream(part)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[BUFFER];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
