package io.github.coda4j.eval.requests;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.Checks;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.JsonLines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is asked for in one line, and how an answer is tried.
 *
 * @param id names it
 * @param java whether the answer is Java: a method, tried as {@code answer.NAME(...)}; otherwise Python: a function
 * @param request what a person says
 * @param check statements behind the answer's code, which fail when it does not do what was asked for
 */
public record OneLineRequest(String id, boolean java, String request, String check) {
    private static final Pattern FENCED = Pattern.compile("```[^\\n]*\\n(.*?)(?:```|\\z)", Pattern.DOTALL);
    private static final String IMPORTS =
            "import java.util.*;\nimport java.util.function.*;\nimport java.util.stream.*;\n";

    public OneLineRequest {
        Checks.check(!request.contains("\n"), "%s: a request has one line", id);
    }

    /**
     * Reads rows of {"id", "language": "java" or "python", "request", "check"}.
     *
     * @throws CodaException when the file cannot be read or a row is something else
     */
    public static List<OneLineRequest> read(Path file) {
        List<OneLineRequest> requests = new ArrayList<>();
        JsonLines.each(JsonLines.unpacked(file), file.toString(), line -> {
            ObjectNode row = line.object();
            String language = field(row, "language", line.source());
            if (!language.equals("java") && !language.equals("python")) {
                throw CodaException.of("%s: \"language\" must be java or python, got '%s'", line.source(), language);
            }
            requests.add(new OneLineRequest(
                    field(row, "id", line.source()),
                    language.equals("java"),
                    field(row, "request", line.source()),
                    field(row, "check", line.source())));
        });
        if (requests.isEmpty()) {
            throw CodaException.of("%s holds no requests", file);
        }
        return requests;
    }

    private static String field(ObjectNode row, String name, String source) {
        if (!row.path(name).isTextual()) {
            throw CodaException.of("%s: the field \"%s\" must be a text", source, name);
        }
        return row.get(name).textValue();
    }

    /** The code of an answer: its first fenced block, or all of it. */
    public static String code(String answer) {
        Matcher fenced = FENCED.matcher(answer);
        return (fenced.find() ? fenced.group(1) : answer).strip() + "\n";
    }

    /** The file that says whether the code parses: for Java with the class around the method. */
    String source(String code) {
        return java ? "class Answer {\n" + withoutImports(code) + "}\n" : code;
    }

    /** The program that fails when the code does not do what was asked for; for Java with the main class Problem. */
    String program(String code) {
        if (!java) {
            return code + "\n" + check + "\n";
        }
        return IMPORTS + imports(code) + "public class Problem {\nstatic " + source(code)
                + "public static void main(String[] arguments) {\nAnswer answer = new Answer();\n" + check + "\n}\n}\n";
    }

    private static String imports(String code) {
        return String.join(
                        "\n",
                        code.lines().filter(line -> line.startsWith("import ")).toList())
                + "\n";
    }

    private static String withoutImports(String code) {
        return String.join(
                        "\n",
                        code.lines().filter(line -> !line.startsWith("import ")).toList())
                + "\n";
    }
}
