package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.github.coda4j.syntax.Grammar;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.text.MarkedText;
import io.github.coda4j.text.SpecialTokens;
import io.github.coda4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With a token for each byte. {@code §} marks a hole, in what is shown too. */
@Tag("slow")
class DocumentWindowsTest {
    private static final int LARGE = 4096;
    private static final Tokenizer BYTES = new ByteTokenizer();

    @Test
    void a_document_that_fits_is_its_only_window() {
        Document document = document("abc§def\n§\n", 3);
        for (int budget : List.of(9 + 6, 16, LARGE)) {
            DocumentWindows windows = windows(document, WindowOptions.DEFAULT.withContext(budget));
            assertThat(windows.whole()).isTrue();
            Window window = windows.next(List.of());
            assertThat(window).isEqualTo(new Window(document, 0, "", 6 + 6 + 1, 0, 0));
            assertThat(windows.hasNext()).isFalse();
            assertThat(windows.leftOutTokens()).isZero();
        }
        assertThat(windows(document, WindowOptions.DEFAULT.withContext(12)).whole())
                .isFalse();
    }

    @Test
    void the_nearest_lines_on_both_sides_fill_the_budget() {
        String text = lines(1, 40) + "x = §;\n" + lines(41, 80);
        DocumentWindows windows = windows(document(text, 4), WindowOptions.DEFAULT.withContext(64));
        Window window = windows.next(List.of());
        assertThat(shown(window)).isEqualTo(lines(38, 40) + "x = §;\n" + lines(41, 43));
        assertThat(window.tokens()).as("the space before the hole is not seen").isEqualTo(4 + 3 + 1 + 1 + 6 * 9);
        assertThat(window.header()).isEmpty();
        assertThat(window.leftOutBefore()).isCloseTo(37 * 9, withinPercentage(3));
        assertThat(window.leftOutAfter()).isEqualTo(window.leftOutBefore());
        assertThat(windows.documentTokens()).isCloseTo(80 * 9 + 4 + 2, withinPercentage(3));
        assertThat(windows.leftOutTokens()).isCloseTo(74 * 9, withinPercentage(3));
    }

    @Test
    void what_one_side_does_not_need_the_other_has() {
        WindowOptions options = WindowOptions.DEFAULT.withContext(4 + 9 * 6);
        assertThat(shown(first("§\n" + lines(1, 40), 4, options))).isEqualTo("§\n" + lines(1, 6));
        assertThat(shown(first(lines(1, 40) + "§", 4, options))).isEqualTo(lines(35, 40) + "§");
        assertThat(shown(first(lines(1, 1) + "§\n" + lines(2, 40), 4, options)))
                .isEqualTo(lines(1, 1) + "§\n" + lines(2, 6));
        assertThat(shown(first(lines(1, 40) + "§\n" + lines(41, 41), 4, options)))
                .isEqualTo(lines(36, 40) + "§\n" + lines(41, 41));
    }

    @Test
    void the_share_of_both_sides_can_be_chosen() {
        String text = lines(1, 40) + "§\n" + lines(41, 80);
        WindowOptions options = WindowOptions.DEFAULT.withContext(4 + 9 * 6);
        assertThat(shown(first(text, 4, options.withBefore(1)))).isEqualTo(lines(36, 40) + "§\n" + lines(41, 41));
        assertThat(shown(first(text, 4, options.withBefore(0)))).isEqualTo("§\n" + lines(41, 46));
        assertThat(shown(first(text, 4, options.withBefore(0.7)))).isEqualTo(lines(37, 40) + "§\n" + lines(41, 42));
    }

    @Test
    void a_line_that_is_too_long_is_cut_between_chars() {
        String text = "\uD83D\uDE00".repeat(50) + "§" + "é".repeat(90) + "\nnext\n";
        Window window = first(text, 2, WindowOptions.DEFAULT.withContext(2 + 30));
        assertThat(shown(window)).isEqualTo("\uD83D\uDE00".repeat(4) + "§" + "é".repeat(7));
        assertThat(shown(first("a".repeat(99) + "§" + "b".repeat(99), 1, WindowOptions.DEFAULT.withContext(2))))
                .as("the smallest budget: one token beside the hole, behind it so that it is none at the end")
                .isEqualTo("§b");
    }

    @Test
    void line_ends_of_windows_stay_whole() {
        String line = "12345\r\n";
        Window window =
                first(line.repeat(30) + "§\r\n" + line.repeat(30), 1, WindowOptions.DEFAULT.withContext(1 + 4 * 7 + 6));
        assertThat(shown(window)).isEqualTo(line.repeat(2) + "§\r\n" + line.repeat(2));
    }

    @Test
    void holes_near_each_other_share_a_window_and_others_have_their_own() {
        String text = lines(1, 30) + "a §\nb §\n" + lines(31, 60) + "c §\n" + lines(61, 90);
        DocumentWindows windows = windows(document(text, 4), WindowOptions.DEFAULT.withContext(80));
        assertThat(windows.count()).isEqualTo(2);
        Window one = windows.next(List.of());
        assertThat(one.firstHole()).isZero();
        assertThat(one.document().holes()).hasSize(2);
        assertThat(shown(one)).isEqualTo(lines(28, 30) + "a §\nb §\n" + lines(31, 34));
        Window two = windows.next(List.of("1", "2"));
        assertThat(two.firstHole()).isEqualTo(2);
        assertThat(shown(two)).isEqualTo(lines(57, 60) + "c §\n" + lines(61, 64));
        assertThat(windows.hasNext()).isFalse();
        assertThat(windows.documentTokens()).isCloseTo(90 * 9 + 9, withinPercentage(5));
        assertThat(windows.leftOutTokens()).isCloseTo(75 * 9, withinPercentage(5));
    }

    @Test
    void a_window_sees_the_answers_before_it_and_ends_before_the_next_open_hole() {
        String text = "a = §;\n" + lines(1, 3) + "b = §;\n" + lines(4, 6) + "c = §;\n";
        DocumentWindows windows = windows(document(text, 8), WindowOptions.DEFAULT.withContext(74));
        assertThat(windows.count()).isEqualTo(3);
        assertThat(shown(windows.next(List.of()))).isEqualTo("a = §;\n" + lines(1, 3));
        assertThat(shown(windows.next(List.of("first")))).isEqualTo(lines(1, 3) + "b = §;\n" + lines(4, 6));
        assertThat(shown(windows.next(List.of("two\nlines"))))
                .isEqualTo(lines(2, 3) + "b = two\nlines;\n" + lines(4, 6) + "c = §;\n");
        assertThat(windows.leftOutTokens()).isLessThanOrEqualTo(1);
    }

    @Test
    void holes_in_one_long_line_are_parted_in_it() {
        String text = "x".repeat(100) + "§" + "y".repeat(100) + "§" + "z".repeat(100);
        DocumentWindows windows = windows(document(text, 4), WindowOptions.DEFAULT.withContext(44));
        assertThat(shown(windows.next(List.of()))).isEqualTo("x".repeat(20) + "§" + "y".repeat(20));
        assertThat(shown(windows.next(List.of("!")))).isEqualTo("y".repeat(20) + "§" + "z".repeat(20));
        text = "x".repeat(100) + "§y§" + "z".repeat(100);
        assertThat(windows(document(text, 20), WindowOptions.DEFAULT.withContext(44))
                        .count())
                .as("two holes that leave no room for text")
                .isEqualTo(2);
    }

    @Test
    void imports_and_signatures_are_kept_and_not_repeated() {
        String text =
                "package a;\n\nimport b.C;\n\n" + "// left out\n".repeat(60) + "class A {\n" + "  int x;\n".repeat(60)
                        + "  int f(\n      int y) {\n" + "    y++;\n".repeat(60) + "    return §;\n  }\n"
                        + "  int z;\n".repeat(60)
                        + "}\n";
        WindowOptions options = WindowOptions.DEFAULT.withContext(320).withGrammar(Optional.of(Grammar.JAVA));
        Window window = first(text, 8, options);
        assertThat(window.header()).isEqualTo("package a;\nimport b.C;\nclass A {\n  int f(\n      int y) {\n");
        assertThat(shown(window))
                .startsWith(window.header() + "    y++;\n")
                .contains("    y++;\n    return §;\n  }\n  int z;\n");
        assertThat(window.tokens()).isBetween(300, 320);
        Window near = first(text.replace("    y++;\n".repeat(60), ""), 8, options);
        assertThat(near.header()).isEqualTo("package a;\nimport b.C;\nclass A {\n");
        assertThat(shown(near)).contains("  int x;\n  int f(\n      int y) {\n    return §;\n");
        Window narrow = first(text, 8, options.withContext(8 + 100));
        assertThat(narrow.header()).as("a quarter, the innermost first").isEqualTo("  int f(\n      int y) {\n");
        assertThat(first(text, 8, options.withGrammar(Optional.empty())).header())
                .isEmpty();
    }

    @Test
    void a_header_holds_the_answers_of_its_lines() {
        String text = "import §;\nclass A {\n" + "  int x;\n".repeat(60) + "  int f(§) {\n" + "    y++;\n".repeat(60)
                + "    return §;\n  }\n}\n";
        DocumentWindows windows = windows(
                document(text, 8), WindowOptions.DEFAULT.withContext(240).withGrammar(Optional.of(Grammar.JAVA)));
        windows.next(List.of());
        assertThat(windows.next(List.of("b.C")).header()).isEqualTo("import b.C;\nclass A {\n");
        assertThat(windows.next(List.of("int y")).header()).isEqualTo("import b.C;\nclass A {\n  int f(int y) {\n");
    }

    @Test
    void budgets_and_holes_that_make_no_sense_are_refused() {
        for (int context : List.of(1, 0, -1)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> WindowOptions.DEFAULT.withContext(context))
                    .withMessage(
                            "the context must be at least 2 tokens, one of a hole and one beside it, got " + context);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> windows(document("a§", 1), WindowOptions.DEFAULT.withContext(LARGE + 1)))
                .withMessage("a context of 4097 tokens is asked for: the model takes at most 4096");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> windows(document("a§b§c", 3, 64), WindowOptions.DEFAULT.withContext(64)))
                .withMessage("a hole of 64 tokens does not fit in a context of 64 tokens, of which text needs one: "
                        + "ask for at most 63");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> windows(document("§", 65), WindowOptions.DEFAULT.withContext(64)))
                .withMessage("a hole of 65 tokens does not fit in a context of 64 tokens: ask for at most 64");
        assertThat(windows(document("§", 64), WindowOptions.DEFAULT.withContext(64))
                        .whole())
                .isTrue();
        for (double share : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatIllegalArgumentException().isThrownBy(() -> WindowOptions.DEFAULT.withBefore(share));
        }
    }

    @Test
    void only_what_is_near_holes_is_tokenized() {
        String text = lines(1, 1).repeat(2_000_000) + "§\n" + lines(2, 2).repeat(3_000_000) + "§\n"
                + lines(3, 3).repeat(1_000_000);
        CountingTokenizer counting = new CountingTokenizer();
        DocumentWindows windows = DocumentWindows.of(document(text, 32), WindowOptions.DEFAULT, LARGE, counting);
        assertThat(windows.count()).isEqualTo(2);
        Window one = windows.next(List.of());
        Window two = windows.next(List.of("x"));
        assertThat(one.tokens()).isBetween(LARGE - 20, LARGE);
        assertThat(two.tokens()).isBetween(LARGE - 20, LARGE);
        assertThat(counting.chars).as("of " + text.length()).isLessThan(40 * LARGE);
        assertThat(windows.documentTokens()).isCloseTo(text.length(), withinPercentage(1));
    }

    @Test
    void dense_text_that_fits_is_whole_however_long_it_is() {
        Document document = document(" ".repeat(40 * LARGE) + "a\n§", 8);
        assertThat(DocumentWindows.of(document, WindowOptions.DEFAULT, LARGE, new SpaceTokenizer())
                        .whole())
                .isTrue();
        assertThat(DocumentWindows.of(document, WindowOptions.DEFAULT.withContext(300), LARGE, new SpaceTokenizer())
                        .whole())
                .isFalse();
    }

    @Test
    void windows_of_random_documents_keep_their_promises() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 120; round++) {
            String[] words = {"x", "é", "\uD83D\uDE00", "\n", "\r\n", "\r", "    ", " ", "ab;", "{"};
            StringBuilder text = new StringBuilder();
            int holes = 0;
            for (int i = random.nextInt(400); i >= 0; i--) {
                text.append(words[random.nextInt(words.length)]);
                if (random.nextInt(60) == 0) {
                    text.append('§').append("_");
                    holes++;
                }
            }
            if (holes == 0) {
                text.append('§');
            }
            int tokens = 1 + random.nextInt(6);
            int budget = tokens + 1 + random.nextInt(100);
            String as = "seed " + seed + ", round " + round + ", budget " + budget;
            Document document = document(text.toString(), tokens);
            DocumentWindows windows = windows(
                    document,
                    WindowOptions.DEFAULT
                            .withContext(budget)
                            .withBefore(random.nextDouble())
                            .withGrammar(Optional.of(Grammar.JAVA)));
            List<String> all = new ArrayList<>();
            List<String> last = List.of();
            while (windows.hasNext()) {
                Window window = windows.next(last);
                assertThat(window.firstHole()).as(as).isEqualTo(all.size());
                assertThat(window.tokens()).as(as).isLessThanOrEqualTo(budget);
                assertThat((long) window.tokens())
                        .as(as)
                        .isEqualTo(windows.encoded().length());
                String part = shown(window).substring(window.header().length());
                assertThat(filledUpTo(document, all)).as(as).contains(part);
                last = window.document().holes().stream()
                        .map(_ -> "<" + random.nextInt(10) + "\n>")
                        .toList();
                all.addAll(last);
            }
            assertThat(all).as(as).hasSize(document.holes().size());
            assertThat(windows.leftOutTokens()).as(as).isBetween(0L, windows.documentTokens());
        }
    }

    private static String filledUpTo(Document document, List<String> answers) {
        List<String> all = new ArrayList<>(answers);
        while (all.size() < document.holes().size()) {
            all.add("§");
        }
        return document.fill(all);
    }

    private static Window first(String text, int tokens, WindowOptions options) {
        return windows(document(text, tokens), options).next(List.of());
    }

    private static DocumentWindows windows(Document document, WindowOptions options) {
        return DocumentWindows.of(document, options, LARGE, BYTES);
    }

    private static Document document(String text, int... tokens) {
        return Document.parse(text.replace("§", Document.MARKER), tokens);
    }

    private static String shown(Window window) {
        return window.document()
                .fill(window.document().holes().stream().map(_ -> "§").toList());
    }

    /** Lines of nine chars. */
    private static String lines(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj("l%07d\n"::formatted).collect(Collectors.joining());
    }

    /** Counts what it is given. */
    private static class CountingTokenizer implements Tokenizer {
        private final Tokenizer bytes = new ByteTokenizer();
        private long chars;

        @Override
        public int[] encode(MarkedText text) {
            chars += text.text().length();
            return bytes.encode(text);
        }

        @Override
        public byte[] tokenBytes(int id) {
            return bytes.tokenBytes(id);
        }

        @Override
        public String token(int id) {
            return bytes.token(id);
        }

        @Override
        public OptionalInt idOf(String token) {
            return bytes.idOf(token);
        }

        @Override
        public boolean isSpecial(int id) {
            return bytes.isSpecial(id);
        }

        @Override
        public int vocabSize() {
            return bytes.vocabSize();
        }

        @Override
        public SpecialTokens specialTokens() {
            return bytes.specialTokens();
        }
    }

    /** Makes one token of every 256 chars. */
    private static final class SpaceTokenizer extends CountingTokenizer {
        @Override
        public int[] encode(MarkedText text) {
            return new int[Math.ceilDiv(text.text().length(), 256)];
        }

        @Override
        public byte[] tokenBytes(int id) {
            return new byte[256];
        }
    }
}
