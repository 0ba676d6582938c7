package io.github.coda4j.bench.serve;

import java.util.regex.Pattern;

/**
 * Whether an answer is the server's own failure. What a model writes may speak of exceptions as code does, so that
 * words alone say nothing: a fault has a status of 5xx, an error event in mid-stream, or the lines of a stack trace.
 */
public final class ServerFault {
    /** Where a stack trace says in which line of which file it was, in JSON or as it is. */
    private static final Pattern TRACE = Pattern.compile("at [\\w.$/@]+\\([\\w$]+\\.java(?::\\d+)?\\)");

    /** What ends a stream whose status was sent long ago. */
    private static final Pattern BROKEN_OFF =
            Pattern.compile("^event: error|^(?:data: )?\\{\"error\"", Pattern.MULTILINE);

    private static final Pattern INTERNAL = Pattern.compile("\"code\":\\s*\"internal_error\"");

    /** Of a message, which should be in words: the name of a class. */
    private static final Pattern THROWN = Pattern.compile("\\b(?:java|com|io|org)(?:\\.\\w+)+(?:Exception|Error)\\b"
            + "|\\b(?:NullPointer|ClassCast|IllegalState)Exception\\b");

    private ServerFault() {}

    /**
     * Looks at an answer.
     *
     * @param status of HTTP
     * @param body all that came behind the head
     */
    public static boolean in(int status, String body) {
        return status >= 500
                || TRACE.matcher(body).find()
                || INTERNAL.matcher(body).find()
                || (status < 400 ? BROKEN_OFF : THROWN).matcher(body).find();
    }
}
