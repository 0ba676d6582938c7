package io.github.coda4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code recipes/coda-mini/Classes.java}: what it prints. */
@Tag("process")
class ClassesTest {
    private static final int COUNT = 400;
    private static final Set<String> KNOWN = Set.of(
            "String,Integer,List,Set,Map,ArrayList,HashSet,LinkedHashSet,HashMap,TreeMap,Objects,Object,Override,"
                    .concat("IllegalArgumentException,IllegalStateException")
                    .split(","));
    private static final Pattern TYPE = Pattern.compile("\\b[A-Z]\\w*");
    private static final Pattern LITERAL = Pattern.compile("\"[^\"]*\"");

    @TempDir
    static Path folder;

    private static List<JsonNode> rows;

    @BeforeAll
    static void printRows() throws IOException, InterruptedException {
        rows = rows("a");
    }

    private static List<JsonNode> rows(String name) throws IOException, InterruptedException {
        return RecipeProgram.rows(folder.resolve(name), "Classes.java", Integer.toString(COUNT));
    }

    private static List<String> texts(String end) {
        return rows.stream()
                .filter(row -> row.get("path").textValue().endsWith(end))
                .map(row -> row.get("text").textValue())
                .toList();
    }

    @Test
    void every_run_prints_the_same_classes_no_two_alike() throws IOException, InterruptedException {
        assertThat(rows("b")).isEqualTo(rows);
        assertThat(rows).extracting(row -> row.get("text").textValue()).doesNotHaveDuplicates();
        assertThat(texts(".java")).hasSize(COUNT * 9 / 10);
        assertThat(texts(".py")).hasSize(COUNT / 10).allMatch(text -> text.contains("def __init__(self"));
    }

    @Test
    void what_is_java_compiles() throws IOException {
        StringBuilder source = new StringBuilder("import java.util.*;\n\nclass All {\n");
        int number = 0;
        for (String text : texts(".java")) {
            String own = text.replaceAll("(?m)^(package|import) .*\n", "").replaceFirst("public ", "public static ");
            Set<String> types = TYPE.matcher(LITERAL.matcher(own).replaceAll("\"\""))
                    .results()
                    .map(MatchResult::group)
                    .collect(Collectors.toCollection(TreeSet::new));
            types.removeAll(KNOWN);
            types.removeIf(type -> own.contains("class " + type + " {"));
            source.append("static class Case").append(number++).append(" {\n");
            types.forEach(type -> source.append("static class ").append(type).append(" {}\n"));
            source.append(own).append("}\n");
        }
        Path file = Files.writeString(folder.resolve("All.java"), source.append("}\n"));
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(null, null, System.err, "-d", folder.resolve("out").toString(), file.toString()))
                .isZero();
    }
}
