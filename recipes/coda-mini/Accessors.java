import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Prints the Java files of source jars in which getters, setters and assignments of fields stand close together, as JSON
 * lines with a "path" and a "text": at least four of them, one in twelve lines of code, fewer than 400 lines. What they
 * return or assign is a name that stands elsewhere in the file, written as people write names.
 *
 * <pre>java recipes/coda-mini/Accessors.java FOLDER... > accessors.jsonl</pre>
 */
final class Accessors {
    private static final Pattern ACCESSOR = Pattern.compile(
            "(?:\\b(?:get|is)[A-Z]\\w*\\(\\)\\s*\\{\\s*return |\\bset[A-Z]\\w*\\([^()]*\\)\\s*\\{\\s*this\\.\\w+ = "
                    + "|^\\s+this\\.\\w+ = )(?!(?:null|true|false|this)\\b)[A-Za-z_]\\w*(?=;)",
            Pattern.MULTILINE);
    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\\n]*", Pattern.DOTALL);
    private static final int FEWEST = 4;
    private static final int LINES_EACH = 12;
    private static final int MOST_LINES = 400;

    private Accessors() {}

    /** Prints the rows. */
    public static void main(String[] folders) throws IOException {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String folder : folders) {
            List<Path> jars;
            try (Stream<Path> files = Files.list(Path.of(folder))) {
                jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
            }
            for (Path jar : jars) {
                try (ZipFile zip = new ZipFile(jar.toFile())) {
                    zip.stream()
                            .filter(entry -> entry.getName().endsWith(".java"))
                            .forEach(entry -> print(out, jar, entry.getName(), text(zip, entry)));
                }
            }
        }
        out.flush();
    }

    /** Empty when it is not in UTF-8. */
    private static String text(ZipFile zip, ZipEntry entry) {
        try {
            byte[] bytes = zip.getInputStream(entry).readAllBytes();
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void print(PrintStream out, Path jar, String name, String text) {
        String code = COMMENT.matcher(text).replaceAll("");
        long accessors = ACCESSOR.matcher(code).results().count();
        long lines = code.lines().filter(line -> !line.isBlank()).count();
        if (accessors >= FEWEST && accessors * LINES_EACH >= lines && lines < MOST_LINES) {
            out.println("{\"path\": " + quoted(jar.getFileName() + "/" + name) + ", \"text\": " + quoted(text) + "}");
        }
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char each : text.toCharArray()) {
            switch (each) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> quoted.append(each < ' ' ? "\\u%04x".formatted((int) each) : each);
            }
        }
        return quoted.append('"').toString();
    }
}
