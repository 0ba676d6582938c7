package io.github.coda4j.text;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.files.Json;
import io.github.coda4j.testkit.SharedData;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The Hugging Face library gives the same ids for real code, for code with odd characters in it, and for random text.
 */
@Tag("slow")
class TokenizerOracleTest {
    private static final int MEGABYTE = 1 << 20;

    private static BpeTokenizer ours;
    private static HuggingFaceTokenizer theirs;
    private static Random random;

    @BeforeAll
    static void load() throws IOException {
        ours = BpeTokenizer.load(SharedData.codaConfig());
        theirs = HuggingFaceTokenizer.builder()
                .optTokenizerPath(SharedData.codaConfig().resolve("tokenizer.json"))
                .optTruncation(false)
                .optPadding(false)
                .optAddSpecialTokens(false)
                .build();
        long seed = System.nanoTime();
        System.out.println("TokenizerOracleTest: random seed " + seed);
        random = new Random(seed);
    }

    @AfterAll
    static void close() {
        if (theirs != null) { // without the data nothing was loaded
            theirs.close();
        }
    }

    @Test
    void encodes_two_megabytes_of_real_code_as_the_original_library_does() throws IOException {
        List<String> texts = new ArrayList<>(javaSources());
        texts.addAll(strings("HumanEval.jsonl.gz", MEGABYTE));
        texts.addAll(strings("mbpp.jsonl.gz", MEGABYTE));
        texts.addAll(strings("HumanEval-RandomSpanInfilling.jsonl.gz", 3 * MEGABYTE / 2));
        assertThat(texts.stream().mapToInt(String::length).sum()).isGreaterThan(2 * MEGABYTE);
        assertSame(texts);
    }

    @Test
    void encodes_code_with_odd_characters_in_it_as_the_original_library_does() throws IOException {
        List<String> texts = new ArrayList<>();
        for (String text : strings("mbpp.jsonl.gz", MEGABYTE)) {
            StringBuilder changed = new StringBuilder(text);
            for (int i = 0; i < 1 + text.length() / 40; i++) {
                changed.insert(boundary(changed), oddPiece());
            }
            texts.add(changed.toString());
        }
        assertSame(texts);
    }

    @Test
    void encodes_long_runs_of_few_characters_as_the_original_library_does() {
        List<String> texts = new ArrayList<>();
        for (String alphabet :
                List.of("a", " ", "=", "ab", "-=", "aeiou", "é", "日本", "\n", " \t", "<|>", "0", "abcdefghij")) {
            for (int length : new int[] {1, 7, 13, 33, 128, 499, 500, 501, 2000}) {
                StringBuilder run = new StringBuilder();
                for (int i = 0; i < length; i++) {
                    run.append(alphabet.charAt(random.nextInt(alphabet.length())));
                }
                texts.add(run.toString());
            }
        }
        assertSame(texts);
    }

    @Test
    void decodes_random_ids_as_the_original_library_does() {
        for (int i = 0; i < 2000; i++) {
            long[] ids = random.longs(random.nextInt(12), 0, i % 2 == 0 ? 151_936 : 256)
                    .toArray();
            int[] same = ints(ids);
            assertThat(ours.decode(same)).isEqualTo(theirs.decode(ids, false));
            assertThat(ours.decode(same, true)).isEqualTo(theirs.decode(ids, true));
        }
    }

    @Test
    void characters_newer_than_unicode_9_are_normalized_by_today_s_rules() {
        // U+1DF9 (Unicode 10) stands below, U+0327 is attached below: the attached mark comes first.
        assertThat(ours.encode("a\u1DF9\u0327"))
                .isEqualTo(ours.encode("a\u0327\u1DF9"))
                .isEqualTo(ints(theirs.encode("a\u0327\u1DF9", false, false).getIds()))
                .isNotEqualTo(ints(theirs.encode("a\u1DF9\u0327", false, false).getIds()));
        // U+11938 (Unicode 13) is U+11935 with U+11930.
        String composite = Character.toString(0x11938);
        String parts = Character.toString(0x11935) + Character.toString(0x11930);
        assertThat(ours.encode(parts))
                .isEqualTo(ours.encode(composite))
                .isNotEqualTo(ints(theirs.encode(parts, false, false).getIds()));

        SortedSet<Integer> other = new TreeSet<>();
        normalizations().forEach((text, character) -> {
            if (!Arrays.equals(
                    ours.encode(text), ints(theirs.encode(text, false, false).getIds()))) {
                other.add(character);
            }
        });
        // With the tables of Unicode 16 (JDK 25): 120 marks and 21 composites, all of Unicode 10 to 16.
        assertThat(other).contains(0x1DF9, 0x11938).hasSizeGreaterThanOrEqualTo(141);
        assertThat(other.first()).isEqualTo(0x07FD);
    }

    /**
     * Texts that normalization changes, by the character they are about: taken apart, or beside marks of other classes.
     */
    private static Map<String, Integer> normalizations() {
        Map<String, Integer> texts = new HashMap<>();
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            String character = Character.toString(c);
            switch (Character.getType(c)) {
                case Character.UNASSIGNED, Character.SURROGATE, Character.PRIVATE_USE -> {}
                case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK -> {
                    for (String mark : List.of("\u0327", "\u0315", "\u05B0")) {
                        putChanging(texts, "a" + character + mark, c);
                        putChanging(texts, "a" + mark + character, c);
                    }
                    putChanging(texts, Normalizer.normalize(character, Normalizer.Form.NFD), c);
                }
                default -> putChanging(texts, Normalizer.normalize(character, Normalizer.Form.NFD), c);
            }
        }
        return texts;
    }

    private static void putChanging(Map<String, Integer> texts, String text, int character) {
        if (!Normalizer.isNormalized(text, Normalizer.Form.NFC)) {
            texts.put(text, character);
        }
    }

    private static void assertSame(List<String> texts) {
        Encoding[] expected = theirs.batchEncode(texts, false, false);
        assertThat(expected).hasSameSizeAs(texts);
        for (int i = 0; i < expected.length; i++) {
            assertThat(ours.encode(texts.get(i))).as(texts.get(i)).isEqualTo(ints(expected[i].getIds()));
        }
    }

    private static int[] ints(long[] ids) {
        return LongStream.of(ids).mapToInt(Math::toIntExact).toArray();
    }

    private static int boundary(CharSequence text) {
        int position = random.nextInt(text.length() + 1);
        boolean inside = position > 0 && position < text.length() && Character.isLowSurrogate(text.charAt(position));
        return inside ? position - 1 : position;
    }

    private static String oddPiece() {
        return switch (random.nextInt(8)) {
            case 0 -> "\r\n";
            case 1 -> "\t \u00A0\u2003\u3000".substring(random.nextInt(5));
            case 2 -> "e\u0301\u0327\u212B\u1112\u1161\u11AB";
            case 3 ->
                ours.addedTokens()
                        .get(random.nextInt(ours.addedTokens().size()))
                        .content();
            case 4 -> "'\u017F 'S 'LL 'vE 'd're";
            case 5 -> "\u0661\u00B2\u2167\u3007";
            case 6 -> " ".repeat(random.nextInt(90)) + "\n".repeat(random.nextInt(4));
            default -> randomCharacter();
        };
    }

    /**
     * Any character but a combining mark: their order in NFC follows an older Unicode version in the other library, see
     * above.
     */
    private static String randomCharacter() {
        while (true) {
            int c = random.nextInt(random.nextBoolean() ? 0x3100 : Character.MAX_CODE_POINT);
            switch (Character.getType(c)) {
                case Character.UNASSIGNED,
                        Character.SURROGATE,
                        Character.NON_SPACING_MARK,
                        Character.COMBINING_SPACING_MARK -> {}
                default -> {
                    return Character.toString(c);
                }
            }
        }
    }

    private static List<String> javaSources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            List<String> texts = new ArrayList<>();
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                texts.add(Files.readString(file));
            }
            return texts;
        }
    }

    /** The strings of a data set's records (prompts, solutions, tests, ...), at most so many characters. */
    private static List<String> strings(String dataset, int characters) throws IOException {
        Path file = SharedData.datasets().resolve(dataset);
        List<String> texts = new ArrayList<>();
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            int left = characters;
            for (String line = reader.readLine(); line != null && left > 0; line = reader.readLine()) {
                for (JsonNode field : Json.parse(line, dataset)) {
                    if (field.isTextual()) {
                        texts.add(field.textValue());
                        left -= field.textValue().length();
                    }
                }
            }
        }
        return texts;
    }
}
