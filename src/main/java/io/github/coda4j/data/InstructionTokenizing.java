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

    private record Row(String name, long size, Fate fate, String why, int[] ids, boolean[] answers, long hash) {
        static Row dropped(RawDocument raw, Fate fate, String why) {
            return new Row(raw.name(), raw.size(), fate, why, new int[0], new boolean[0], 0);
        }
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
            new Corpus(options, new InstructionRows(), true, new LocalStore())
                    .forEach(listener, raw -> lane.submit(4 * raw.size(), () -> encode(raw)));
            lane.finish();
        }
        return account;
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
