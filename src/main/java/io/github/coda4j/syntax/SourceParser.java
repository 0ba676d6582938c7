package io.github.coda4j.syntax;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.treesitter.TSInputEncoding;
import org.treesitter.TSLanguage;
import org.treesitter.TSParser;
import org.treesitter.TSTree;

/**
 * Parses texts of one language. Any text has a tree; what does not follow the grammar is marked in it. Not safe for use
 * by several threads.
 *
 * <p>The text is handed over as UTF-16, so that the parser's byte is twice our char, beyond the basic plane too.
 */
public final class SourceParser implements AutoCloseable {
    /** The longest text that is parsed. */
    public static final int MAX_CHARS = 2_000_000;

    static final int BYTES_PER_CHAR = 2;
    /** A text may take this long and {@link #NANOS_PER_CHAR} for each char: ten times what an ordinary one takes. */
    private static final long NANOS = 1_000_000_000;

    private static final long NANOS_PER_CHAR = 10_000;

    private final Grammar grammar;
    private final TSLanguage language;
    private final TSParser parser;
    private final LongSupplier nanos;
    private final Closing closing = new Closing();

    private SourceParser(Grammar grammar, TSLanguage language, LongSupplier nanos) {
        this.grammar = grammar;
        this.language = language;
        this.parser = new TSParser();
        this.nanos = nanos;
        if (!parser.setLanguage(language)) {
            int version = language.abiVersion();
            close();
            throw new IllegalStateException("it is of version " + version + " of the format, expected "
                    + TSParser.TREE_SITTER_MIN_COMPATIBLE_LANGUAGE_VERSION + " to "
                    + TSParser.TREE_SITTER_LANGUAGE_VERSION);
        }
    }

    /** @throws ReflectiveOperationException or LinkageError when the library or one for this machine is not there */
    static SourceParser load(Grammar grammar) throws ReflectiveOperationException {
        return load(grammar, System::nanoTime);
    }

    static SourceParser load(Grammar grammar, LongSupplier nanos) throws ReflectiveOperationException {
        String name = grammar.name().charAt(0) + grammar.name().substring(1).toLowerCase(Locale.ROOT);
        Object language = Class.forName("org.treesitter.TreeSitter" + name)
                .getDeclaredConstructor()
                .newInstance();
        return new SourceParser(grammar, (TSLanguage) language, nanos);
    }

    /** The language. */
    public Grammar grammar() {
        return grammar;
    }

    /**
     * The tree of a text, to be closed after use.
     *
     * @return empty when the text is longer than {@link #MAX_CHARS} or takes too long: text of another language can
     *     cost the square of its length
     */
    public Optional<SyntaxTree> parse(String text) {
        if (text.length() > MAX_CHARS) {
            return Optional.empty();
        }
        byte[] bytes = new byte[text.length() * BYTES_PER_CHAR];
        String known = grammar == Grammar.JAVA ? JavaPatterns.known(text) : text;
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asCharBuffer().put(known);
        long begin = nanos.getAsLong();
        long limit = NANOS + NANOS_PER_CHAR * text.length();
        TSTree tree = parser.parseWithOptions(
                new byte[Math.max(bytes.length, BYTES_PER_CHAR)],
                null,
                (buffer, offset, _) -> {
                    int count = Math.max(0, Math.min(buffer.length, bytes.length - offset));
                    System.arraycopy(bytes, Math.min(offset, bytes.length), buffer, 0, count);
                    return count;
                },
                TSInputEncoding.TSInputEncodingUTF16LE,
                _ -> nanos.getAsLong() - begin > limit);
        if (tree == null) {
            parser.reset();
            return Optional.empty();
        }
        return Optional.of(new SyntaxTree(grammar, text, tree));
    }

    /** Frees the parser; its trees are to be closed before. */
    @Override
    public void close() {
        closing.once(() -> Closing.all(parser, language));
    }

    /** The char of a byte. */
    static int charOf(int offset) {
        check(offset % BYTES_PER_CHAR == 0, "byte %d is in the middle of a char", offset);
        return offset / BYTES_PER_CHAR;
    }
}
