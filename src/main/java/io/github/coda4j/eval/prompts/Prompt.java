package io.github.coda4j.eval.prompts;

import io.github.coda4j.eval.sanitize.Answers;
import io.github.coda4j.eval.sanitize.PythonText;
import io.github.coda4j.text.ChatMessage;
import io.github.coda4j.text.ChatRequest;
import io.github.coda4j.text.ChatTemplate;
import java.util.List;
import java.util.Optional;

/**
 * What a model is asked.
 *
 * @param user what the person says, or the whole text where there is no chat
 * @param prefix how the answer begins, put there before the model goes on
 * @param stops where the answer is cut
 * @param cut at which of them
 */
public record Prompt(String user, Optional<String> prefix, List<String> stops, Cut cut) {
    /** How several stops cut an answer. */
    public enum Cut {
        /** At the one that comes first. */
        EARLIEST,
        /** At the first occurrence of each, one after another. */
        EACH_IN_TURN
    }

    /**
     * What becomes of white space at the end of an answer's beginning; it depends on the version of transformers that a
     * harness runs with.
     */
    public enum PrefixEnd {
        /** It stays, unless the template cuts white space at the beginning. */
        NEWER,
        /** It is cut. */
        OLDER
    }

    public Prompt {
        stops = List.copyOf(stops);
    }

    /** The whole text before the first token that the model gives, without a chat. */
    public String plain() {
        return user + prefix.orElse("");
    }

    /** The same in a chat. With a prefix, an empty thought stands before it, as the template writes it. */
    public String chat(ChatTemplate template, PrefixEnd end) {
        ChatMessage question = ChatMessage.user(user);
        if (prefix.isEmpty()) {
            return template.render(ChatRequest.of(List.of(question)));
        }
        String begun = prefix.get();
        String rendered = template.render(
                new ChatRequest(List.of(question, ChatMessage.assistant(begun)), List.of(), false, Optional.empty()));
        String core = PythonText.strip(begun);
        int at = rendered.lastIndexOf(core);
        String fromStart = PythonText.stripStart(begun);
        boolean kept = end == PrefixEnd.NEWER && fromStart.equals(begun) && rendered.startsWith(begun, at);
        return rendered.substring(0, at + (kept ? begun.length() : core.length()));
    }

    /** An answer up to where its harness cuts it. */
    public String cutAnswer(String answer) {
        return cut == Cut.EARLIEST ? Answers.bigcode(answer, stops) : Answers.codaUntil(answer, stops);
    }
}
