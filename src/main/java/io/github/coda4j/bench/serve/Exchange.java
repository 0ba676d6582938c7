package io.github.coda4j.bench.serve;

import io.github.coda4j.CodaException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One request over HTTP/1.1 on a connection of its own, by hand: so that a client can leave, or stop to read, at any
 * byte, and sees whether an answer is whole.
 */
final class Exchange implements AutoCloseable {
    /** So little that a reader who stops is felt by the server soon. */
    private static final int SMALL_BUFFER = 4096;

    private static final String BROKEN = "the connection ended in mid-answer";

    private final Socket socket;
    private final InputStream in;
    private boolean chunked;
    private boolean begun;
    private long left;
    private boolean whole;
    private int status;

    /**
     * Sends a request.
     *
     * @param address of the server, {@code http://HOST:PORT}
     * @param json the body; empty: a GET
     * @param patience the longest silence in milliseconds
     * @throws IOException when the server cannot be reached
     */
    static Exchange send(URI address, String path, String json, int patience) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setReceiveBufferSize(SMALL_BUFFER);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(patience);
            socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), patience);
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            String head = (json.isEmpty() ? "GET " : "POST ") + path + " HTTP/1.1\r\nHost: " + address.getHost()
                    + "\r\nConnection: close\r\n"
                    + (json.isEmpty()
                            ? "\r\n"
                            : "Content-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n\r\n");
            byte[] all = (head + json).getBytes(StandardCharsets.UTF_8);
            socket.getOutputStream().write(all);
            return new Exchange(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private Exchange(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), SMALL_BUFFER);
    }

    /** Where the server is, checked: other schemes than http are not spoken. */
    static URI address(String url) {
        try {
            URI address = new URI(url);
            if ("http".equals(address.getScheme()) && address.getHost() != null && address.getPort() > 0) {
                return address;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(wrong(url), e);
        }
        throw new IllegalArgumentException(wrong(url));
    }

    private static String wrong(String url) {
        return "the server must be given as http://HOST:PORT, got '" + url + "'";
    }

    /** Waits for the status. */
    int status() throws IOException {
        if (status > 0) {
            return status;
        }
        String first = line();
        String[] words = first.split(" ", 3);
        if (words.length < 2 || !words[0].startsWith("HTTP/1.")) {
            throw new IOException("no answer of HTTP/1.1: '" + first + "'");
        }
        left = Long.MAX_VALUE; // up to the end of the connection
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                left = Long.parseLong(lower.substring(lower.indexOf(':') + 1).strip());
            } else if (lower.startsWith("transfer-encoding:") && lower.contains("chunked")) {
                chunked = true;
                left = 0;
            }
        }
        status = Integer.parseInt(words[1]);
        return status;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException(BROKEN);
            }
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    /** The next line of the body; null at its end. */
    String nextLine() throws IOException {
        status();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int b = next();
        if (b < 0) {
            return null;
        }
        for (; b >= 0 && b != '\n'; b = next()) {
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /** The rest of the body. */
    String rest() throws IOException {
        status();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int b = next(); b >= 0; b = next()) {
            text.write(b);
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    /** Whether the body ended where it said that it would. */
    boolean isWhole() {
        return whole;
    }

    /** The next byte of the body, without what is between its chunks; -1 at its end. */
    private int next() throws IOException {
        if (whole) {
            return -1;
        }
        if (chunked && left == 0) {
            if (begun) {
                line(); // behind the chunk before
            }
            begun = true;
            left = Long.parseLong(line(), 16);
        }
        if (left == 0) {
            whole = true;
            return -1;
        }
        int b = in.read();
        if (b < 0 && left != Long.MAX_VALUE) {
            throw new IOException(BROKEN);
        }
        whole = b < 0;
        left -= left == Long.MAX_VALUE ? 0 : 1;
        return b;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new CodaException("cannot close a connection: " + e.getMessage(), e);
        }
    }
}
