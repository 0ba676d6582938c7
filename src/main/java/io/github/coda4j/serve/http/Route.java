package io.github.coda4j.serve.http;

/**
 * One thing that the server does.
 *
 * @param method GET or POST
 * @param path as it stands in the request; {@code /{id}} at its end stands for the rest, slashes included
 * @param open whether it needs no key
 * @param quick whether it waits for nothing: then it is answered on the thread of the network
 * @param handler answers, or throws
 */
public record Route(String method, String path, boolean open, boolean quick, Handler handler) {
    /** What a call leads to. */
    @FunctionalInterface
    public interface Handler {
        /**
         * Answers the call before it returns.
         *
         * @throws Exception whatever went wrong; the server says so to the client
         */
        void handle(Call call) throws Exception;
    }

    /** Something to be read, that costs nothing. */
    public static Route get(String path, Handler handler) {
        return new Route("GET", path, false, true, handler);
    }

    /** Something to be done. */
    public static Route post(String path, Handler handler) {
        return new Route("POST", path, false, false, handler);
    }

    /** The same for everybody. */
    public Route withoutKey() {
        return new Route(method, path, true, quick, handler);
    }
}
