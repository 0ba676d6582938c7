package io.github.coda4j.bench.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.Json;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A request whose answer is always the same, and where its text stands in the answer.
 *
 * @param path of the route
 * @param body JSON
 * @param pointer to the text in the answer, or in each event of a stream
 * @param stream whether the answer is a stream of events
 */
record Task(String path, String body, String pointer, boolean stream) {
    private static final List<String> BEGINNINGS = List.of(
            "public static int max(int a, int b) {\n",
            "for (int i = 0; i < ",
            "/** Returns the sum of the values. */\npublic int sum(List<Integer> values) {\n",
            "private final Map<String, Integer> counts = ",
            "if (name == null || name.isEmpty()) {\n    throw ",
            "@Override\npublic String toString() {\n",
            "try (BufferedReader reader = ",
            "public boolean equals(Object other) {\n");

    private static final String EVENT = "data: ";

    /** Chats, holes and completions, streamed and not. */
    static List<Task> mixed(boolean chats) {
        List<Task> tasks = new ArrayList<>();
        for (String text : BEGINNINGS) {
            String quoted = Json.quoted(text);
            if (chats) {
                tasks.add(new Task(
                        "/v1/chat/completions",
                        "{\"messages\":[{\"role\":\"user\",\"content\":" + quoted
                                + "}],\"max_tokens\":16,\"temperature\":0,\"seed\":1}",
                        "/choices/0/message/content",
                        false));
            }
            tasks.add(new Task(
                    "/infill",
                    "{\"input_prefix\":" + quoted + ",\"input_suffix\":\";\\n}\\n\",\"n_predict\":8,\"seed\":1}",
                    "/content",
                    false));
            tasks.add(completion(text, 24, ",\"temperature\":0"));
            tasks.add(streamed(text, 24));
        }
        return tasks;
    }

    /** Completions that are alike in what they cost. */
    static List<Task> alike(int count, int tokens, String more) {
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tasks.add(completion("int x" + (i % 10) + " = ", tokens, more));
        }
        return tasks;
    }

    private static Task completion(String text, int tokens, String more) {
        return new Task(
                "/v1/completions",
                String.format(
                        Locale.ROOT,
                        "{\"prompt\":%s,\"max_tokens\":%d,\"length\":\"fixed\",\"seed\":1%s}",
                        Json.quoted(text),
                        tokens,
                        more),
                "/choices/0/text",
                false);
    }

    /** A completion that comes in pieces, block by block. */
    static Task streamed(String text, int tokens) {
        Task plain = completion(text, tokens, ",\"block_length\":8,\"stream\":true");
        return new Task(plain.path, plain.body, plain.pointer, true);
    }

    /** One that is held before its first piece. */
    static Task held() {
        return streamed("class A {\n", 32);
    }

    /** The same with more fields. */
    Task with(String fields) {
        return new Task(path, body.substring(0, body.length() - 1) + "," + fields + "}", pointer, stream);
    }

    /** What came of a task. */
    enum Outcome {
        ANSWERED,
        REFUSED,
        LOST
    }

    /**
     * An answer.
     *
     * @param outcome LOST also for an answer that is not whole, and for a server that is at fault
     * @param text of an answer; otherwise what was wrong
     */
    record Answer(Outcome outcome, String text) {}

    /**
     * Does it.
     *
     * @param pause between two events that are read, in milliseconds; 0: none
     * @throws java.net.SocketTimeoutException when nothing comes for longer than the patience
     */
    Answer run(URI address, int patience, long pause) throws IOException, InterruptedException {
        try (Exchange exchange = Exchange.send(address, path, body, patience)) {
            int status = exchange.status();
            if (status != 200) {
                String said = exchange.rest();
                Outcome outcome = status == 429 || status == 503 ? Outcome.REFUSED : Outcome.LOST;
                return new Answer(outcome, status + ": " + said);
            }
            String text = stream ? events(exchange, pause) : text(exchange.rest());
            return exchange.isWhole()
                    ? new Answer(Outcome.ANSWERED, text)
                    : new Answer(Outcome.LOST, "an answer that is not whole");
        }
    }

    private String events(Exchange exchange, long pause) throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder();
        for (String line = exchange.nextLine(); line != null; line = exchange.nextLine()) {
            text.append(piece(line));
            if (pause > 0) {
                Thread.sleep(pause);
            }
        }
        return text.toString();
    }

    /** The text of a line of a stream. */
    String piece(String line) {
        return line.startsWith(EVENT + "{") ? text(line.substring(EVENT.length())) : "";
    }

    private String text(String json) {
        return Json.parse(json, "an answer").at(pointer).asText();
    }

    /** The JSON of a line of a stream, missing where it holds none. */
    static JsonNode event(String line) {
        return line.startsWith(EVENT + "{")
                ? Json.parse(line.substring(EVENT.length()), "an event")
                : MissingNode.getInstance();
    }

    /** What it answers when nothing else runs. */
    String alone(URI address, int patience) throws InterruptedException {
        try {
            Answer answer = run(address, patience, 0);
            if (answer.outcome() != Outcome.ANSWERED) {
                throw CodaException.of("the server answered %s with %s", path, answer.text());
            }
            return answer.text();
        } catch (IOException e) {
            throw new CodaException("the server did not answer " + path + ": " + e.getMessage(), e);
        }
    }
}
