package io.github.coda4j.weights.hub;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.FileOutput;
import io.github.coda4j.web.Retrier;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fetches one file into a folder: {@code NAME.part} while it grows, {@code NAME} once its size and checksum are right.
 */
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
    private final PartFile part;
    private final String what;
    private long furthest;

    HubDownload(
            HubHttp http,
            Retrier retrier,
            PullListener listener,
            HubModel model,
            HubModel.HubFile file,
            URI address,
            Path folder,
            FileOutput.Factory factory) {
        this.http = http;
        this.retrier = retrier;
        this.listener = listener;
        this.model = model;
        this.file = file;
        this.address = address;
        this.target = folder.resolve(file.name());
        this.part = new PartFile(folder.resolve(file.name() + ".part"), factory);
        this.what = "file " + file.name() + " of " + model.id();
    }

    void run() {
        listener.fileStarted(file.name(), file.bytes(), already());
        if (!HubCache.hasSize(target, file.bytes())) {
            fetchAndCheck();
            part.moveTo(target);
        }
        listener.fileDone(file.name());
    }

    /** Bytes that an earlier pull left. */
    long already() {
        return HubCache.hasSize(target, file.bytes()) ? file.bytes() : Math.min(part.bytes(), file.bytes());
    }

    private void fetchAndCheck() {
        boolean resumes = already() > 0;
        fetch();
        if (resumes && checksumIsWrong()) {
            part.discard();
            fetch();
        }
        if (checksumIsWrong()) {
            String found = part.sha256();
            part.discard();
            throw CodaException.of(
                    "%s: its sha256 is %s, the hub lists %s; it was damaged on the way and is discarded, run it again",
                    what, found, file.sha256().orElseThrow());
        }
    }

    private boolean checksumIsWrong() {
        return file.sha256().isPresent() && !file.sha256().get().equals(part.sha256());
    }

    private void fetch() {
        if (file.bytes() == 0) {
            part.discard();
            part.append().close();
            return;
        }
        retrier.run(what, progress -> {
            fetchOnce(progress);
            return file;
        });
    }

    private void fetchOnce(Retrier.Progress progress) throws IOException, InterruptedException {
        if (part.bytes() == file.bytes()) {
            return;
        }
        if (part.bytes() > file.bytes()) {
            part.discard();
        }
        long have = part.bytes();
        try (HubHttp.Answer answer = http.get(address, have, what)) {
            checkCommit(answer);
            if (answer.status() == 416 || answer.status() == 206 && !continuesAt(answer, have)) {
                part.discard();
                throw new IOException("the hub does not continue at byte " + have);
            }
            if (answer.status() == 200) {
                part.discard();
            }
            checkSize(answer);
            receive(answer, progress);
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

    private void checkSize(HubHttp.Answer answer) {
        OptionalLong length = answer.contentLength();
        if (length.isPresent() && length.getAsLong() != file.bytes() - part.bytes()) {
            throw wrongSize(Long.toString(part.bytes() + length.getAsLong()));
        }
    }

    private CodaException wrongSize(String served) {
        part.discard();
        return CodaException.of(
                "%s: the hub lists %d bytes but serves %s; the file is discarded, run it again later",
                what, file.bytes(), served);
    }

    private void receive(HubHttp.Answer answer, Retrier.Progress progress) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long done = part.bytes();
        try (PartFile.Appender appender = part.append()) {
            for (int count = answer.read(buffer); count >= 0; count = answer.read(buffer)) {
                if (count > file.bytes() - done) {
                    throw wrongSize("more");
                }
                appender.write(buffer, count);
                done += count;
                if (done > furthest) {
                    furthest = done;
                    progress.advanced();
                }
                listener.fileProgress(file.name(), done, file.bytes());
            }
            appender.force();
        }
        if (done < file.bytes()) {
            throw new IOException("the connection ended at byte " + done + " of " + file.bytes());
        }
    }
}
