package io.github.coda4j.cli.inspect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.github.coda4j.decode.Commit;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.DecodeSession;
import io.github.coda4j.decode.StepResult;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.Proposals;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What every step of a decoding did.
 *
 * @param prompt the ids that were given
 * @param history the whole sequence after each step; with blocks after each forward
 * @param commits {@code step} is the index into the history
 */
record Trace(int[] prompt, List<int[]> history, int[] last, List<Commit> commits, int forwards, int cacheRefreshes) {
    /** Decodes the canvas and takes the record. */
    static Trace record(int[] prompt, Canvas canvas, DecodeOptions options, Denoiser denoiser) {
        List<int[]> history = new ArrayList<>();
        List<Commit> commits = new ArrayList<>();
        int[] ids = canvas.ids();
        try (DecodeSession session = DecodeSession.open(canvas, options, denoiser)) {
            while (!session.done()) {
                Proposals proposals = denoiser.forward(List.of(session.plan())).getFirst();
                for (StepResult step : session.apply(proposals)) {
                    if (options.blockLength().isPresent()
                            && !step.forward()
                            && step.commits().isEmpty()) {
                        continue;
                    }
                    for (Commit commit : step.commits()) {
                        ids[commit.position()] = commit.token();
                        commits.add(new Commit(
                                history.size(),
                                commit.position(),
                                commit.token(),
                                commit.confidence(),
                                commit.probability()));
                    }
                    step.revoked().forEach(position -> ids[position] = canvas.maskId());
                    history.add(ids.clone());
                }
            }
            return new Trace(
                    prompt, history, session.canvas().ids(), commits, session.forwards(), session.cacheRefreshes());
        }
    }

    /** One JSON object on one line. */
    String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            writeIds(json, "prompt", prompt);
            json.writeArrayFieldStart("history");
            for (int[] row : history) {
                json.writeArray(row, 0, row.length);
            }
            json.writeEndArray();
            writeIds(json, "final", last);
            json.writeArrayFieldStart("commits");
            for (Commit commit : commits) {
                json.writeStartArray();
                json.writeNumber(commit.step());
                json.writeNumber(commit.position());
                json.writeNumber(commit.token());
                json.writeNumber(commit.confidence());
                json.writeEndArray();
            }
            json.writeEndArray();
            json.writeNumberField("forwards", forwards);
            json.writeNumberField("cache_refreshes", cacheRefreshes);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text + "\n";
    }

    private static void writeIds(JsonGenerator json, String name, int[] ids) throws IOException {
        json.writeFieldName(name);
        json.writeArray(ids, 0, ids.length);
    }
}
