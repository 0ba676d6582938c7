package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.ChatProblem;
import io.github.coda4j.text.ChatRequest;
import io.github.coda4j.text.ChatTemplate;
import io.github.coda4j.text.MarkedText;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes token shards of conversations, with the answers marked. Each conversation is rendered by the chat template; its
 * answers are cut out before they are encoded, so that an answer begins with the same token as when it is generated.
 * Rows without an answer, and rows that are too long, are dropped and counted; nothing is ever cut off.
 */
public final class InstructionTokenizing {
    private final BpeTokenizer tokenizer;
    private final ChatTemplate template;
    private final CorpusOptions options;
    private final int maxTokens;
    private final double heldOut;
    private final boolean showsThoughts;

    /**
     * A row that was looked at by itself.
     *
     * @param size bytes
     * @param fate what becomes of it unless an equal one is before it
     * @param why what exactly is wrong with it; mostly nothing
     * @param ids its tokens; none when it is dropped
     * @param answers which of them are in an answer, as many
     * @param hash the first 8 bytes of the SHA-256 of its tokens
     */
    public record Row(String name, long size, Fate fate, String why, int[] ids, boolean[] answers, long hash) {
        private static Row dropped(RawDocument raw, Fate fate, String why) {
            return new Row(raw.name(), raw.size(), fate, why, new int[0], new boolean[0], 0);
        }
    }

    /** Takes a row and its index in the part, from 0; what is dropped is counted too. */
    @FunctionalInterface
    public interface Sink {
        void take(int index, Row row);
    }

    /**
     * @param options of which the inputs count: files of rows
     * @param maxTokens of a whole conversation, at least 2
     * @param heldOut the share of rows, chosen by their hash, that is held out; in [0, 1)
     * @param showsThoughts whether an empty thought at the beginning of an answer belongs to what is shown, as it does
     *     when a model is asked without thinking; otherwise it is a part of the answer, as in the original
     */
    public InstructionTokenizing(
            BpeTokenizer tokenizer,
            ChatTemplate template,
            CorpusOptions options,
            int maxTokens,
            double heldOut,
            boolean showsThoughts) {
        check(maxTokens > 1, "the limit of a conversation must be 2 tokens or more, got %d", maxTokens);
        check(heldOut >= 0 && heldOut < 1, "the held-out share must be in [0, 1), got %s", heldOut);
        this.tokenizer = tokenizer;
        this.template = template;
        this.options = options;
        this.maxTokens = maxTokens;
        this.heldOut = heldOut;
        this.showsThoughts = showsThoughts;
    }

    /**
     * Reads the rows and appends those that are kept.
     *
     * @param threads at least 1; the outcome does not depend on it
     * @return what became of the rows
     * @throws io.github.coda4j.CodaException when an input is not there or holds no rows
     */
    public Account run(int threads, ShardFolderWriter writer, CorpusReader.Listener listener) {
        check(threads > 0, "the number of threads must be positive, got %d", threads);
        Account account = new Account();
        HashesSeen seen = new HashesSeen();
        try (OrderedWorkers workers = new OrderedWorkers(threads)) {
            OrderedWorkers.Lane<Row> lane = workers.lane(row -> {
                Fate fate = row.fate.kept() && !seen.add(row.hash) ? Fate.DUPLICATE : row.fate;
                account.add(fate, row.name, row.size, row.why);
                if (fate.kept()) {
                    writer.append(fate == Fate.TRAIN ? Split.TRAIN : Split.HELD_OUT, row.ids, row.answers);
                }
            });
            corpus(new LocalStore()).forEach(listener, raw -> lane.submit(4 * raw.size(), () -> encode(raw)));
            lane.finish();
        }
        return account;
    }

    /**
     * Looks at every row of a part of a corpus, in their order, on this thread.
     *
     * @return how many they are
     * @throws io.github.coda4j.CodaException when a file that was named holds no rows
     */
    public int examine(List<CorpusSlice> part, CorpusStore store, Sink sink) {
        int[] next = {0};
        Corpus corpus = corpus(store);
        part.forEach(slice -> corpus.read(slice, _ -> {}, raw -> sink.take(next[0]++, encode(raw))));
        return next[0];
    }

    private Corpus corpus(CorpusStore store) {
        return new Corpus(options, new InstructionRows(), true, store);
    }

    private Row encode(RawDocument raw) {
        if (raw.fate().isPresent()) {
            return Row.dropped(raw, raw.fate().get(), raw.why());
        }
        ChatRequest request;
        try {
            request = InstructionRows.parse(raw.row());
        } catch (ChatProblem e) {
            return Row.dropped(raw, InstructionRows.fate(e), e.getMessage());
        }
        ChatTemplate.Answered conversation = template.markAnswers(request);
        if (conversation.answers().isEmpty()) {
            return Row.dropped(raw, Fate.NO_ANSWER, "");
        }
        List<int[]> parts = new ArrayList<>();
        List<Boolean> marks = new ArrayList<>();
        int from = 0;
        for (MarkedText.Span answer : conversation.answers()) {
            int start = start(conversation.text().text(), answer);
            parts.add(tokenizer.encode(conversation.text().part(from, start)));
            marks.add(false);
            parts.add(tokenizer.encode(conversation.text().part(start, answer.end())));
            marks.add(true);
            from = answer.end();
        }
        parts.add(tokenizer.encode(
                conversation.text().part(from, conversation.text().text().length())));
        marks.add(false);
        int length = parts.stream().mapToInt(part -> part.length).sum();
        if (length > maxTokens) {
            return Row.dropped(raw, Fate.TOO_LONG, "");
        }
        int[] ids = new int[length];
        boolean[] answers = new boolean[length];
        int at = 0;
        for (int i = 0; i < parts.size(); i++) {
            System.arraycopy(parts.get(i), 0, ids, at, parts.get(i).length);
            Arrays.fill(answers, at, at + parts.get(i).length, marks.get(i));
            at += parts.get(i).length;
        }
        long hash = hash(ids);
        Fate fate = CorpusReader.split(hash, heldOut) == Split.TRAIN ? Fate.TRAIN : Fate.HELD_OUT;
        return new Row(raw.name(), raw.size(), fate, "", ids, answers, hash);
    }

    private int start(String text, MarkedText.Span answer) {
        boolean empty = text.startsWith(ChatTemplate.EMPTY_THOUGHT, answer.start());
        return answer.start() + (showsThoughts && empty ? ChatTemplate.EMPTY_THOUGHT.length() : 0);
    }

    private static long hash(int[] ids) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * ids.length);
        bytes.asIntBuffer().put(ids);
        return ByteBuffer.wrap(Hashes.sha256().digest(bytes.array())).getLong();
    }
}
