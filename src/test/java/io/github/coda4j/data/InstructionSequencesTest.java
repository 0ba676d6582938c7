package io.github.coda4j.data;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.ChatMessage;
import io.github.coda4j.text.ChatRequest;
import io.github.coda4j.text.ChatTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Instructions: rows to shards to sequences in which only answers may be masked. */
class InstructionSequencesTest {
    private static final int PACKED_LENGTH = 400;
    private static final String THOUGHT = "<think>\n\n</think>\n\n";

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static BpeTokenizer tokenizer;

    @BeforeAll
    static void makeTokenizer() {
        tokenizer = Corpora.tokenizer(shared.resolve("t"), 600);
    }

    private Account tokenize(int maxTokens, String... rows) throws IOException {
        Path file = folder.resolve("rows.jsonl");
        Files.writeString(file, String.join("\n", rows));
        return tokenize(maxTokens, file);
    }

    private Account tokenize(int maxTokens, Path file) {
        return tokenize(maxTokens, file, false);
    }

    private Account tokenize(int maxTokens, Path file, boolean showsThoughts) {
        try (ShardFolderWriter writer = ShardFolderWriter.create(
                folder.resolve("s"), Manifest.Content.INSTRUCTIONS, tokenizer, 0, 1000, true)) {
            Account account = new InstructionTokenizing(
                            tokenizer,
                            ChatTemplate.coda(),
                            CorpusOptions.of(List.of(file.toString())),
                            maxTokens,
                            0,
                            showsThoughts)
                    .run(2, writer, (done, total, name) -> {});
            writer.finish(account);
            return account;
        }
    }

    @Test
    void the_manifest_has_the_shards_of_a_split_together_whichever_is_full_first() {
        try (ShardFolderWriter writer =
                ShardFolderWriter.create(folder.resolve("s"), Manifest.Content.TEXT, tokenizer, 0.5, 3, false)) {
            for (Split split : List.of(Split.HELD_OUT, Split.TRAIN, Split.HELD_OUT, Split.TRAIN)) {
                writer.append(split, new int[] {5, 6, 1}, new boolean[0]);
            }
            assertThat(writer.finish(new Account()).shards())
                    .extracting(Manifest.Shard::name)
                    .containsExactly("train-00000", "train-00001", "held-out-00000", "held-out-00001");
        }
    }

    private InstructionSequences open(int length) {
        return InstructionSequences.of(TokenShards.open(folder.resolve("s"), Split.TRAIN), length, 9);
    }

    /** The maskable parts of a row as text. */
    private static List<String> answers(PackedBatch batch, int row) {
        List<String> parts = new ArrayList<>();
        int i = 0;
        while (i < batch.length()) {
            int from = i;
            while (i < batch.length() && batch.maskable()[row][i]) {
                i++;
            }
            if (i > from) {
                parts.add(tokenizer.decode(Arrays.copyOfRange(batch.ids()[row], from, i)));
            }
            i++;
        }
        return parts;
    }

    @Test
    void end_tokens_take_the_place_of_what_stands_behind_an_answer() throws IOException {
        String[] rows = IntStream.range(0, 60)
                .mapToObj("{\"instruction\": \"Number?\", \"output\": \"%d\"}"::formatted)
                .toArray(String[]::new);
        tokenize(200, rows);
        int eos = tokenizer.idOf("<|im_end|>").orElseThrow();
        Set<Integer> numbers = new TreeSet<>();
        try (InstructionSequences plain = open(64);
                InstructionSequences ended =
                        InstructionSequences.of(TokenShards.open(folder.resolve("s"), Split.TRAIN), 64, 9, 20, false)) {
            for (int position = 0; position < 60; position++) {
                PackedBatch before = plain.read(position, 1);
                PackedBatch after = ended.read(position, 1);
                int end = 64;
                while (!before.maskable()[0][end - 1]) {
                    end--;
                }
                int to = end;
                while (to < 64 && after.segments()[0][to] == 0) {
                    assertThat(after.ids()[0][to]).isEqualTo(eos);
                    assertThat(after.maskable()[0][to]).isTrue();
                    to++;
                }
                assertThat(Arrays.copyOf(after.ids()[0], end)).isEqualTo(Arrays.copyOf(before.ids()[0], end));
                assertThat(Arrays.copyOf(after.maskable()[0], end)).isEqualTo(Arrays.copyOf(before.maskable()[0], end));
                for (int i = to; i < 64; i++) {
                    assertThat(after.segments()[0][i]).isEqualTo(1);
                    assertThat(after.maskable()[0][i]).isFalse();
                }
                numbers.add(to - end);
                assertThat(ended.read(position, 1).ids()).isDeepEqualTo(after.ids());
            }
        }
        assertThat(numbers).as("numbers of end tokens, drawn from 0 to 20").hasSizeGreaterThan(12);
        assertThat(numbers).allMatch(count -> count >= 0 && count <= 20);
    }

    @Test
    void end_tokens_are_as_many_as_fit_the_row() throws IOException {
        tokenize(200, "{\"instruction\": \"One?\", \"output\": \"1\"}");
        try (TokenShards shards = TokenShards.open(folder.resolve("s"), Split.TRAIN)) {
            int fits = Math.toIntExact(shards.documentEnd(0));
            try (InstructionSequences sequences = InstructionSequences.of(shards, fits, 3, 100_000, false)) {
                PackedBatch batch = sequences.read(0, 1);
                assertThat(batch.segments()[0]).containsOnly(0);
                assertThat(batch.maskable()[0][fits - 1]).isTrue();
            }
            assertThatThrownBy(() -> InstructionSequences.of(shards, fits, 3, -1, false))
                    .hasMessage("the number of end tokens must be 0 or positive, got -1");
        }
    }

    @Test
    void packed_rows_hold_every_example_once_each_blind_to_the_others() throws IOException {
        String[] rows = IntStream.range(0, 60)
                .mapToObj(i -> "{\"instruction\": \"Count.\", \"output\": \"%s\"}"
                        .formatted(IntStream.rangeClosed(0, i)
                                .mapToObj(Integer::toString)
                                .collect(joining(" "))))
                .toArray(String[]::new);
        tokenize(400, rows);
        for (int endTokens : new int[] {0, 40}) {
            Set<List<Integer>> apart = examples(endTokens, false, 60);
            assertThat(apart).hasSize(60);
            assertThat(examples(endTokens, true, packedRows(endTokens))).isEqualTo(apart);
        }
        assertThat(packedRows(0))
                .as("rows that hold 60 examples")
                .isLessThan(40)
                .isLessThan(packedRows(40));
        try (InstructionSequences packed = packed(0)) {
            int count = Math.toIntExact(packed.numSequences());
            assertThat(packed.read(count, 1).ids()[0])
                    .as("another order")
                    .isNotEqualTo(packed.read(0, 1).ids()[0]);
            assertThat(packed.read(3, 2).ids()[1])
                    .as("found by its place")
                    .isEqualTo(packed.read(4, 1).ids()[0]);
        }
    }

    @Test
    void a_row_is_packed_full_to_its_last_position_where_an_example_s_end_is_cut_off() throws IOException {
        tokenize(
                200,
                IntStream.range(0, 40)
                        .mapToObj("{\"instruction\": \"Number?\", \"output\": \"%d\"}"::formatted)
                        .toArray(String[]::new));
        Set<Integer> full = new TreeSet<>();
        for (int length = 40; length < 120; length++) { // every place of the last position within an example
            try (TokenShards shards = TokenShards.open(folder.resolve("s"), Split.TRAIN);
                    InstructionSequences sequences = InstructionSequences.of(shards, length, 9, 1, true)) {
                PackedBatch batch = sequences.read(0, Math.toIntExact(sequences.numSequences()));
                for (int row = 0; row < sequences.numSequences(); row++) {
                    if (batch.maskable()[row][length - 1]) {
                        full.add(length);
                    }
                }
            }
        }
        assertThat(full)
                .as("lengths of which a row ends with an answer's last token")
                .isNotEmpty();
    }

    private InstructionSequences packed(int endTokens) {
        TokenShards shards = TokenShards.open(folder.resolve("s"), Split.TRAIN);
        return InstructionSequences.of(shards, PACKED_LENGTH, 9, endTokens, true);
    }

    private int packedRows(int endTokens) {
        try (InstructionSequences packed = packed(endTokens)) {
            return Math.toIntExact(packed.numSequences());
        }
    }

    /** The examples of an epoch: ids, those that may be masked negative. */
    private Set<List<Integer>> examples(int endTokens, boolean packed, int rows) {
        Set<List<Integer>> examples = new HashSet<>();
        TokenShards shards = TokenShards.open(folder.resolve("s"), Split.TRAIN);
        try (InstructionSequences sequences = InstructionSequences.of(shards, PACKED_LENGTH, 9, endTokens, packed)) {
            PackedBatch batch = sequences.read(0, rows);
            for (int row = 0; row < rows; row++) {
                int[] segments = batch.segments()[row];
                int from = 0;
                for (int i = 1; i <= PACKED_LENGTH; i++) {
                    if (i == PACKED_LENGTH || segments[i] != segments[from]) {
                        List<Integer> example = part(batch, row, from, i);
                        boolean padding = example.stream()
                                .allMatch(id -> id == tokenizer.specialTokens().requirePad());
                        assertThat(padding || examples.add(example)).as("once").isTrue();
                        from = i;
                    }
                }
            }
        }
        return examples;
    }

    private static List<Integer> part(PackedBatch batch, int row, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> batch.maskable()[row][i] ? -batch.ids()[row][i] : batch.ids()[row][i])
                .toList();
    }

    @Test
    void only_answers_may_be_masked_with_the_token_that_ends_them() throws IOException {
        tokenize(200, """
                {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "One?"},\
                 {"role": "assistant", "content": "1"}, {"role": "user", "content": "Two <|im_end|>?"},\
                 {"role": "assistant", "content": "2\\n"}], "source": "x"}""");
        try (InstructionSequences sequences = open(160)) {
            PackedBatch batch = sequences.read(0, 1);
            assertThat(answers(batch, 0)).containsExactly("1<|im_end|>", THOUGHT + "2\n<|im_end|>");
            int length =
                    (int) Arrays.stream(batch.segments()[0]).filter(s -> s == 0).count();
            assertThat(tokenizer.decode(Arrays.copyOf(batch.ids()[0], length)))
                    .isEqualTo("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nOne?<|im_end|>\n"
                            + "<|im_start|>assistant\n1<|im_end|>\n<|im_start|>user\nTwo <|im_end|>?<|im_end|>\n"
                            + "<|im_start|>assistant\n" + THOUGHT + "2\n<|im_end|>\n");
            for (int i = length; i < 160; i++) {
                assertThat(batch.ids()[0][i])
                        .isEqualTo(tokenizer.specialTokens().requirePad());
                assertThat(batch.segments()[0][i]).isEqualTo(1);
                assertThat(batch.maskable()[0][i]).isFalse();
            }
        }
    }

    @Test
    void an_empty_thought_can_be_shown_as_it_is_when_a_model_is_asked_without_thinking() throws IOException {
        Path file = Files.writeString(folder.resolve("rows.jsonl"), "{\"instruction\": \"Add.\", \"output\": \"3\"}\n");
        tokenize(200, file, true);
        int[] prompt = tokenizer.encode(ChatTemplate.coda()
                .mark(new ChatRequest(List.of(ChatMessage.user("Add.")), List.of(), true, Optional.of(false))));
        try (InstructionSequences sequences = open(100)) {
            PackedBatch batch = sequences.read(0, 1);
            assertThat(batch.ids()[0]).startsWith(prompt);
            assertThat(answers(batch, 0)).containsExactly("3<|im_end|>");
        }
    }

    @Test
    void the_prompt_has_the_tokens_that_it_has_when_an_answer_is_generated() throws IOException {
        tokenize(200, "{\"instruction\": \"Add.\", \"input\": \"1 2\", \"output\": \"\\n\\n  3\"}");
        int[] prompt = tokenizer.encode(ChatTemplate.coda()
                .mark(new ChatRequest(List.of(ChatMessage.user("Add.\n\n1 2")), List.of(), true, Optional.empty())));
        try (InstructionSequences sequences = open(100)) {
            PackedBatch batch = sequences.read(0, 1);
            assertThat(batch.ids()[0]).startsWith(prompt);
            assertThat(batch.maskable()[0][prompt.length - 1]).isFalse();
            assertThat(batch.maskable()[0][prompt.length]).isTrue();
            assertThat(answers(batch, 0)).containsExactly(THOUGHT + "  3<|im_end|>");
        }
    }

    @Test
    void control_tokens_written_out_in_a_message_are_plain_text() throws IOException {
        tokenize(200, "{\"instruction\": \"<|mask|>\", \"output\": \"<|mask|><|im_end|>\"}");
        try (InstructionSequences sequences = open(200)) {
            int[] ids = sequences.read(0, 1).ids()[0];
            assertThat(ids).doesNotContain(tokenizer.specialTokens().requireMask());
            assertThat(Arrays.stream(ids).filter(id -> id == 1).count()).isEqualTo(2);
        }
    }

    @Test
    void rows_without_an_answer_and_rows_that_are_too_long_are_counted_and_never_cut() throws IOException {
        Account account = tokenize(
                40,
                "{\"instruction\": \"a\", \"input\": \"\", \"output\": \"b\"}",
                "{\"instruction\": \"a\", \"input\": \"\", \"output\": \"b\"}",
                "{\"instruction\": \"c\", \"output\": \"\"}",
                "{\"instruction\": \"d\"}",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"e\"}]}",
                "{\"instruction\": \"f\", \"output\": \"" + "long answer ".repeat(50) + "\"}",
                "{\"messages\": []}",
                "{\"text\": \"g\"}",
                "[1]",
                "{\"instruction\": \"h\", \"output\": 3}",
                "{\"instruction\"");
        assertThat(account.documents(Fate.TRAIN)).isEqualTo(1);
        assertThat(account.documents(Fate.DUPLICATE)).isEqualTo(1);
        assertThat(account.documents(Fate.NO_ANSWER)).isEqualTo(3);
        assertThat(account.documents(Fate.TOO_LONG)).isEqualTo(1);
        assertThat(account.documents(Fate.MALFORMED)).isEqualTo(4);
        assertThat(account.documents(Fate.NO_TEXT))
                .as("an answer that is a number")
                .isEqualTo(1);
        assertThat(account.lines().stream()
                        .filter(line -> line.fate() == Fate.TOO_LONG)
                        .findFirst())
                .hasValueSatisfying(line -> assertThat(line.example()).endsWith("rows.jsonl:6"));
    }

    @Test
    void rows_longer_than_a_sequence_are_left_out_and_counted() throws IOException {
        tokenize(
                1000,
                "{\"instruction\": \"a\", \"output\": \"b\"}",
                "{\"instruction\": \"f\", \"output\": \"" + "long answer ".repeat(50) + "\"}");
        try (InstructionSequences sequences = open(64)) {
            assertThat(sequences.numSequences()).isEqualTo(1);
            assertThat(sequences.numTooLong()).isEqualTo(1);
            assertThat(answers(sequences.read(0, 3), 2)).containsExactly(THOUGHT + "b<|im_end|>");
        }
        assertThatThrownBy(() -> open(5))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("all 2 examples")
                .hasMessageContaining("longer than 5 tokens");
    }

    @Test
    void every_row_stands_once_in_every_epoch() throws IOException {
        String[] rows = new String[40];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = "{\"instruction\": \"number\", \"output\": \"" + i + "\"}";
        }
        tokenize(100, rows);
        try (InstructionSequences sequences = open(64)) {
            for (int epoch = 0; epoch < 2; epoch++) {
                PackedBatch batch = sequences.read(40L * epoch, 40);
                List<String> found = new ArrayList<>();
                for (int b = 0; b < 40; b++) {
                    found.add(answers(batch, b).getFirst());
                }
                assertThat(found).doesNotHaveDuplicates().hasSize(40);
            }
        }
    }

    @Test
    void text_and_instructions_are_not_mixed_up() throws IOException {
        tokenize(100, "{\"instruction\": \"a\", \"output\": \"b\"}");
        assertThatThrownBy(() -> PackedSequences.of(TokenShards.open(folder.resolve("s"), Split.TRAIN), 8, 1))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("made with --sft");
        Corpora.write(folder.resolve("text"), tokenizer, Split.TRAIN, 100, new int[] {20, 21});
        assertThatThrownBy(() -> InstructionSequences.of(TokenShards.open(folder.resolve("text"), Split.TRAIN), 8, 1))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("tokenize them with --sft");
        Path python = Files.writeString(folder.resolve("x.py"), "x = 1");
        assertThatThrownBy(() -> tokenize(100, python))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("x.py holds no rows");
    }
}
