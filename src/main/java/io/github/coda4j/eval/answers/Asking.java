package io.github.coda4j.eval.answers;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.eval.prompts.Prompt;
import io.github.coda4j.eval.prompts.PromptStyle;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.text.ChatTemplate;
import io.github.coda4j.text.MarkedText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/** How the tasks of a set become questions. */
public sealed interface Asking {
    /** The question's form for a task. */
    Question.Form form(Problem problem);

    /** Adds what it depends on. */
    void describe(ObjectNode setting);

    /**
     * The questions, task by task.
     *
     * @param samples answers to each task, at least 1
     */
    default List<Question> questions(List<Problem> problems, int samples) {
        check(samples >= 1, "--samples must be at least 1, got %d", samples);
        List<Question> questions = new ArrayList<>();
        for (Problem problem : problems) {
            Question.Form form = form(problem);
            IntStream.range(0, samples).forEach(i -> questions.add(new Question(problem, i, form)));
        }
        return questions;
    }

    /** Who puts what a person says into a chat. */
    enum ChatForm {
        /** Nobody: the text is continued as it is. */
        NONE,
        /** We do, by a model's template. */
        RENDERED,
        /** The server that is asked; an answer's beginning cannot be given then. */
        ENDPOINT
    }

    /**
     * By a harness's prompt.
     *
     * @param template asked for where the chat is rendered here
     */
    record ByPrompt(
            Benchmark benchmark,
            PromptStyle style,
            ChatForm chat,
            Prompt.PrefixEnd end,
            Supplier<ChatTemplate> template)
            implements Asking {
        @Override
        public Question.Form form(Problem problem) {
            Prompt prompt = style.of(benchmark, problem, chat != ChatForm.NONE);
            return switch (chat) {
                case NONE -> new Question.Continue(MarkedText.trusted(prompt.plain()));
                case RENDERED -> new Question.Continue(MarkedText.trusted(prompt.chat(template.get(), end)));
                case ENDPOINT -> new Question.Chat(style.ofEndpoint(benchmark, problem));
            };
        }

        @Override
        public void describe(ObjectNode setting) {
            setting.put("prompt", style.label()).put("chat", chat.name().toLowerCase(java.util.Locale.ROOT));
            if (chat == ChatForm.RENDERED) {
                setting.put("prefix_end", end == Prompt.PrefixEnd.NEWER ? "newer" : "older");
            }
        }
    }

    /**
     * By a hole between prompt and suffix.
     *
     * @param leftOnly whether nothing behind the hole is shown
     * @param tokens counts those of a text
     */
    record ByHole(Benchmark benchmark, HoleLength length, boolean leftOnly, ToIntFunction<String> tokens)
            implements Asking {
        @Override
        public Question.Form form(Problem problem) {
            String lineEnd = benchmark.hasLineHoles() ? "\n" : "";
            return new Question.Fill(
                    problem.prompt() + lineEnd,
                    length.hole(problem, tokens),
                    leftOnly ? "" : lineEnd + problem.suffix());
        }

        @Override
        public void describe(ObjectNode setting) {
            setting.put("length", length.label());
            if (length instanceof HoleLength.Auto(int ceiling)) {
                setting.put("most_tokens", ceiling);
            }
            setting.put("sees", leftOnly ? "left side only" : "both sides");
        }
    }
}
