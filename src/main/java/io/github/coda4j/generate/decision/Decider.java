package io.github.coda4j.generate.decision;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.CommitEvent;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.Generation;
import io.github.coda4j.generate.GenerationListener;
import io.github.coda4j.generate.Generator;
import io.github.coda4j.generate.StepEvent;
import io.github.coda4j.text.ChatMessage;
import io.github.coda4j.text.ChatRequest;
import io.github.coda4j.text.ChatTemplate;
import io.github.coda4j.text.MarkedText;
import io.github.coda4j.text.Tokenizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Asks a model to decide: state, question and options are put into one prompt with a mask beside each option, and one
 * forward says how much more probable "Yes" is than "No" at each of them. Nothing is generated, and the sampler plays
 * no part. Prompt and reading are those of the S1 decision models (zhouzihao11/jev-dllm, shared yes and no), which were
 * trained so; any model that sees the whole sequence can be asked. Where the tokenizer has no single tokens {@code Yes}
 * and {@code No}, {@code true} and {@code false} take their places.
 */
public final class Decider {
    private static final String SYSTEM = "You are a helpful assistant.";
    private static final List<List<String>> WORDS = List.of(List.of("Yes", "No"), List.of("true", "false"));
    /** Private-use characters, one of which stands for the mask while the prompt is put together. */
    private static final char FIRST_MARK = '\uE000';

    private static final char LAST_MARK = '\uF8FF';

    private final Generator generator;
    private final Tokenizer tokenizer;
    private final ChatTemplate template;
    private final int maskId;
    private final YesNo policy;
    private final List<String> words;

    /**
     * For a model with this tokenizer.
     *
     * @throws IllegalArgumentException when the tokenizer has no tokens for yes and no
     */
    public Decider(Generator generator, Tokenizer tokenizer, ChatTemplate template, int maskId) {
        this.generator = generator;
        this.tokenizer = tokenizer;
        this.template = template;
        this.maskId = maskId;
        this.words = WORDS.stream()
                .filter(pair -> pair.stream().allMatch(word -> token(word).isPresent()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "the tokenizer has single tokens neither for Yes and No nor for true and false, which stand for"
                                + " the answers"));
        this.policy = new YesNo(
                token(words.getFirst()).orElseThrow(), token(words.getLast()).orElseThrow());
    }

    private OptionalInt token(String word) {
        int[] ids = tokenizer.encodeOrdinary(word);
        return ids.length == 1 && ids[0] != maskId ? OptionalInt.of(ids[0]) : OptionalInt.empty();
    }

    /** A question that is being decided. */
    public static final class Pending {
        private final Question question;
        private final int promptTokens;
        private final Generation generation;
        private final Map<Integer, Double> odds;

        private Pending(Question question, int promptTokens, Generation generation, Map<Integer, Double> odds) {
            this.question = question;
            this.promptTokens = promptTokens;
            this.generation = generation;
            this.odds = odds;
        }

        /**
         * Waits for the decision.
         *
         * @throws IllegalArgumentException when it was not made in its time
         * @throws InterruptedException when the thread is interrupted, which ends the request
         */
        public Decision await() throws InterruptedException {
            generation.await();
            return new Decision(question, probabilities(question, new TreeMap<>(odds)), promptTokens);
        }

        /** Nobody wants it any more. */
        public void cancel() {
            generation.cancel();
        }
    }

    /**
     * How probable the answers are.
     *
     * @param state what the decision is about
     * @param deadline the longest time, if any
     * @throws IllegalArgumentException when it is longer than the model takes, or the model sees no whole sequence
     * @throws InterruptedException when the thread is interrupted, which ends the request
     */
    public Decision decide(String state, Question question, Optional<Duration> deadline) throws InterruptedException {
        return submit(state, question, deadline).await();
    }

    /**
     * The same without waiting: questions that are under way together share a forward.
     *
     * @throws IllegalArgumentException when it is longer than the model takes, or the model sees no whole sequence
     */
    public Pending submit(String state, Question question, Optional<Duration> deadline) {
        int[] ids = prompt(state, question);
        Map<Integer, Double> odds = new ConcurrentSkipListMap<>();
        GenerationListener listener = new GenerationListener() {
            @Override
            public void onStep(StepEvent event) {
                for (CommitEvent commit : event.commits()) {
                    odds.put(commit.position(), (double) commit.confidence());
                }
            }
        };
        GenerateRequest request =
                GenerateRequest.of(ids, 0, DecodeOptions.ofSteps(1).withCommit(policy));
        if (deadline.isPresent()) {
            request = request.withDeadline(deadline.get());
        }
        return new Pending(question, ids.length, generator.submit(request, listener), odds);
    }

    private static List<Double> probabilities(Question question, TreeMap<Integer, Double> odds) {
        int wanted = Math.max(1, question.options().size());
        check(odds.size() == wanted, "the model decided %d of %d options in its time", odds.size(), wanted);
        if (question.kind() == Question.Kind.YES_NO) {
            double yes = 1 / (1 + Math.exp(-odds.firstEntry().getValue()));
            return List.of(1 - yes, yes);
        }
        double most = odds.values().stream().mapToDouble(x -> x).max().orElseThrow();
        double sum = odds.values().stream().mapToDouble(x -> Math.exp(x - most)).sum();
        return odds.values().stream().map(x -> Math.exp(x - most) / sum).toList();
    }

    /** The prompt as ids, a mask beside each option. */
    int[] prompt(String state, Question question) {
        char mark = mark(state + question);
        StringBuilder user =
                new StringBuilder("State:\n" + state + "\n\nQuestion:\n" + question.instructions() + "\n\n");
        if (question.kind() == Question.Kind.YES_NO) {
            user.append("Answer ")
                    .append(String.join(" or ", words))
                    .append(".\nAnswer:")
                    .append(mark);
        } else {
            user.append("For each option, mark ")
                    .append(words.getFirst())
                    .append(" if it answers the question, otherwise ")
                    .append(words.getLast())
                    .append(".\n")
                    .append(String.join(
                            "\n",
                            question.options().stream()
                                    .map(option -> option + ": " + mark)
                                    .toList()));
        }
        List<ChatMessage> messages = List.of(ChatMessage.system(SYSTEM), ChatMessage.user(user.toString()));
        MarkedText text = template.mark(new ChatRequest(messages, List.of(), false, Optional.empty()));
        List<int[]> parts = new ArrayList<>();
        int from = 0;
        for (int at = text.text().indexOf(mark); at >= 0; at = text.text().indexOf(mark, from)) {
            parts.add(tokenizer.encode(text.part(from, at)));
            parts.add(new int[] {maskId});
            from = at + 1;
        }
        parts.add(tokenizer.encode(text.part(from, text.text().length())));
        return parts.stream().flatMapToInt(Arrays::stream).toArray();
    }

    private static char mark(String text) {
        char mark = FIRST_MARK;
        while (text.indexOf(mark) >= 0) {
            check(mark < LAST_MARK, "the text uses every character that nobody uses: leave one of them out");
            mark++;
        }
        return mark;
    }
}
