package io.github.coda4j.eval.sanitize;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.eval.python.PythonInterpreter;
import io.github.coda4j.eval.python.PythonServer;
import io.github.coda4j.eval.sandbox.Sandbox;
import java.time.Duration;
import java.util.Optional;

/**
 * Takes the program out of an answer. Python's own parser does it, in a sandbox: what the original prints back depends
 * on the version of Python. Not safe for use by several threads.
 */
public final class Sanitizer implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private final PythonInterpreter python;
    private final Sandbox sandbox;
    private final Closing closing = new Closing();
    private Optional<PythonServer> server = Optional.empty();

    /** A sanitizer; its Python starts with the first answer. */
    public Sanitizer(PythonInterpreter python, Sandbox sandbox) {
        this.python = python;
        this.sandbox = sandbox;
    }

    /**
     * As CoDA's evaluation does: the longest span of the first 100 lines that parses; of it the imports and what the
     * entry point reaches, printed back by Python. A function without {@code return} is dropped, a helper of the prompt
     * that the answer does not use too: that makes right answers to HumanEval/32, 38 and 50 wrong.
     *
     * @param text prompt and answer
     * @param entryPoint the function that is asked for; without it every definition stays
     */
    public String coda(String text, Optional<String> entryPoint) {
        return ask("coda", text, entryPoint, "").get("code").textValue();
    }

    /** The span that {@link #coda} looks at. */
    public String codaRegion(String text) {
        return ask("coda", text, Optional.empty(), "").get("region").textValue();
    }

    /**
     * As EvalPlus does: the longest span of two lines or more that parses; of it the imports and what the entry point
     * reaches, as they stand there. Where nothing is left, the span.
     */
    public String evalPlus(String text, Optional<String> entryPoint) {
        return ask("evalplus", text, entryPoint, "").get("code").textValue();
    }

    /** The span that {@link #evalPlus} looks at. */
    public String evalPlusRegion(String text) {
        return ask("evalplus", text, Optional.empty(), "").get("region").textValue();
    }

    /**
     * Ours: of the longest span that parses the imports, what the entry point reaches and what the prompt defines, as
     * they stand there. Functions without {@code return}, decorated ones, and definitions inside {@code if} and
     * {@code try} stay; calls, asserts and main blocks at the top go.
     *
     * @param prompt its definitions stay
     * @param text prompt and answer, or the answer alone where it is the whole program
     */
    public String keepingHelpers(String prompt, String text, Optional<String> entryPoint) {
        return ask("keep", text, entryPoint, prompt).get("code").textValue();
    }

    private ObjectNode ask(String how, String text, Optional<String> entryPoint, String prompt) {
        closing.checkOpen("the sanitizer");
        if (server.isEmpty()) {
            server = Optional.of(PythonServer.start(python, sandbox, Sanitizer.class, "sanitize.py"));
        }
        ObjectNode request = JsonNodeFactory.instance
                .objectNode()
                .put("do", how)
                .put("text", text)
                .put("prompt", prompt)
                .put("entry", entryPoint.orElse(null));
        try {
            return server.get().ask(request, LONGEST);
        } catch (PythonServer.Lost e) {
            stop();
            throw new CodaException("Python's parser gave up on an answer of " + text.length() + " characters", e);
        }
    }

    private void stop() {
        server.ifPresent(PythonServer::close);
        server = Optional.empty();
    }

    @Override
    public void close() {
        closing.once(this::stop);
    }
}
