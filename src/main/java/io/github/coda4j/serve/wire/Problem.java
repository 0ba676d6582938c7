package io.github.coda4j.serve.wire;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.files.Json;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Why a call is not answered: a status, and what its body says. The body always has the four keys {@code message, type,
 * param, code}; clients fail to read one that lacks any of them, or whose code is a number.
 */
public final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final String INVALID_REQUEST = "invalid_request_error";
    private static final String SERVER = "server_error";

    private final int status;
    private final String type;
    private final String param;
    private final String code;
    private final transient Map<String, String> headers;

    private Problem(int status, String type, String code, String param, String message, Throwable cause) {
        super(message, cause, false, false);
        this.status = status;
        this.type = type;
        this.code = code;
        this.param = param;
        this.headers = new LinkedHashMap<>();
    }

    private static Problem invalid(int status, String code, String param, String message) {
        return new Problem(status, INVALID_REQUEST, code, param, message, null);
    }

    /**
     * A field is wrong.
     *
     * @param param its path, for example {@code messages[0].content}
     */
    public static Problem wrong(String param, String message) {
        return invalid(400, "invalid_value", param, message);
    }

    /** A field says what this server cannot do; the message says so. */
    public static Problem unsupported(String param, String message) {
        return invalid(400, "unsupported_parameter", param, message);
    }

    /** The body is no JSON object. */
    public static Problem noJson(String message) {
        return invalid(400, "invalid_json", null, message);
    }

    /** Prompt and answer are longer than the model takes; the message has both numbers. */
    public static Problem tooLong(String param, String message) {
        return invalid(400, "context_length_exceeded", param, message);
    }

    /** What HTTP itself forbids. */
    public static Problem badRequest(int status, String code, String message) {
        return invalid(status, code, null, message);
    }

    /** No key, or one that nobody gave out. */
    public static Problem wrongKey() {
        return new Problem(401, "authentication_error", "invalid_api_key", null, "wrong API key", null)
                .with("WWW-Authenticate", "Bearer");
    }

    /** Another model than the one that is served is asked for. */
    public static Problem noModel(String name, String served) {
        return invalid(404, "model_not_found", "model", "no model '" + name + "': use one of " + served);
    }

    /** Nothing answers at that path. */
    public static Problem noRoute(String method, String path) {
        return invalid(404, "not_found", null, "no route " + method + " " + path);
    }

    /** @param allowed the methods of that path, separated by commas */
    public static Problem wrongMethod(String method, String allowed) {
        return invalid(405, "method_not_allowed", null, method + " is not allowed here: use " + allowed)
                .with("Allow", allowed);
    }

    /** @param most the largest body in bytes */
    public static Problem bodyTooLarge(long most) {
        return invalid(413, "body_too_large", null, "the body is larger than " + size(most));
    }

    private static String size(long bytes) {
        long mega = 1L << 20;
        return bytes % mega == 0 ? bytes / mega + " MiB" : String.format(Locale.ROOT, "%d bytes", bytes);
    }

    /** Too many requests are under way; a client waits that long before it asks again. */
    public static Problem busy(String message, int retrySeconds) {
        return new Problem(429, "rate_limit_error", "rate_limit_exceeded", null, message, null)
                .with("Retry-After", Integer.toString(retrySeconds));
    }

    /** Not yet, or not any more. */
    public static Problem unavailable(String code, String message) {
        return new Problem(503, SERVER, code, null, message, null).with("Retry-After", "2");
    }

    /** The server's own fault, of which the answer says no more than where to look. */
    public static Problem internal(String requestId, Throwable cause) {
        return new Problem(
                500,
                SERVER,
                "internal_error",
                null,
                "internal error, see the server log for request " + requestId,
                cause);
    }

    /** The same with a header. */
    public Problem with(String name, String value) {
        headers.put(name, value);
        return this;
    }

    /** The same about a field that has another name in the request. */
    public Problem about(String newParam) {
        Problem same = new Problem(status, type, code, newParam, getMessage(), getCause());
        same.headers.putAll(headers);
        return same;
    }

    /** The status of HTTP, 400 to 599. */
    public int status() {
        return status;
    }

    /** What is wrong, in a word for programs such as {@code invalid_json}. */
    public String code() {
        return code;
    }

    /** The path of the field that is wrong, if it is one. */
    public Optional<String> param() {
        return Optional.ofNullable(param);
    }

    /** Headers of the answer. */
    public Map<String, String> headers() {
        return Map.copyOf(headers);
    }

    /** {@code {"error":{"message","type","param","code"}}}. */
    public JsonNode body() {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("message", getMessage());
        error.put("type", type);
        error.put("param", param);
        error.put("code", code);
        return Json.of(Map.of("error", error));
    }
}
