package io.github.coda4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import io.github.coda4j.testkit.ProjectClasses;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Names, numbers and texts are the same in every country: nothing asks what the default locale is. */
@Tag("slow")
class LocaleTest {
    /** Methods that take the default locale when they are given none, by the class that has them. */
    private static final Map<String, List<String>> ASK = Map.ofEntries(
            Map.entry("java.lang.String", List.of("format", "formatted", "toLowerCase", "toUpperCase")),
            Map.entry("java.io.PrintStream", List.of("printf", "format")),
            Map.entry("io.github.coda4j.cli.Output", List.of("printf", "format")),
            Map.entry("java.io.PrintWriter", List.of("printf", "format")),
            Map.entry("java.util.Formatter", List.of("<init>")),
            Map.entry("java.util.Scanner", List.of("<init>")),
            Map.entry("java.text.DecimalFormat", List.of("<init>")),
            Map.entry("java.text.DecimalFormatSymbols", List.of("<init>", "getInstance")),
            Map.entry("java.text.SimpleDateFormat", List.of("<init>")),
            Map.entry("java.text.MessageFormat", List.of("<init>", "format")),
            Map.entry(
                    "java.text.NumberFormat",
                    List.of(
                            "getInstance",
                            "getNumberInstance",
                            "getIntegerInstance",
                            "getPercentInstance",
                            "getCompactNumberInstance")),
            Map.entry("java.text.Collator", List.of("getInstance")),
            Map.entry("java.text.BreakIterator", List.of("getWordInstance", "getLineInstance", "getCharacterInstance")),
            Map.entry("java.time.format.DateTimeFormatter", List.of("ofPattern", "ofLocalizedDateTime")),
            Map.entry("java.util.Locale", List.of("getDefault")));

    @Test
    void every_format_names_its_locale() {
        List<String> asking = ProjectClasses.main().stream()
                .flatMap(c -> c.getAccessesFromSelf().stream())
                .filter(access -> access.getTarget() instanceof CodeUnitAccessTarget target && asks(target))
                .map(JavaAccess::getDescription)
                .toList();
        assertThat(asking).isEmpty();
    }

    private static boolean asks(CodeUnitAccessTarget target) {
        return ASK.getOrDefault(target.getOwner().getName(), List.of()).contains(target.getName())
                && target.getRawParameterTypes().stream()
                        .map(JavaClass::getName)
                        .noneMatch(name -> name.equals("java.util.Locale") || name.endsWith("DecimalFormatSymbols"));
    }
}
