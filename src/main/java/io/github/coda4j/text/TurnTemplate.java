package io.github.coda4j.text;

import io.github.coda4j.CodaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A chat template that is turn after turn and nothing else: plain ChatML as Qwen2.5 and Dream have it, or headers as
 * LLaDA has them. What its text asks for beside that is not done, so such a template is not taken for one.
 *
 * @param start what stands before the first turn
 * @param before the role
 * @param between role and content
 * @param after the content
 * @param trims whether white space around a content is dropped
 * @param system what the system says where the conversation does not begin with it
 */
record TurnTemplate(String start, String before, String between, String after, boolean trims, Optional<String> system) {
    private static final Set<String> ROLES = Set.of("system", "user", "assistant");
    /** What a template of turns does not mention: other forms of content, and dates. */
    private static final List<String> ELSEWHERE = List.of("<think>", "date_string", "strftime", "image", "documents");

    /** As Jinja text or as it would be rendered. */
    private static final Pattern CHATML_SYSTEM =
            Pattern.compile("<\\|im_start\\|>system(?:\\\\n|\n)([^{}'\"]*?)<\\|im_end\\|>");

    /**
     * The template of a checkpoint, if its text is one of turns.
     *
     * @param bos the text of the token that begins a text
     */
    static Optional<TurnTemplate> of(String jinja, Optional<String> bos) {
        if (ELSEWHERE.stream().anyMatch(jinja::contains) || !mentions(jinja, "role", "content")) {
            return Optional.empty();
        }
        if (mentions(jinja, "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>") && !jinja.contains("tools")) {
            boolean begins = jinja.contains("bos_token");
            return begins && bos.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new TurnTemplate(
                            begins ? bos.get() : "",
                            "<|start_header_id|>",
                            "<|end_header_id|>\n\n",
                            "<|eot_id|>",
                            jinja.contains("trim"),
                            Optional.empty()));
        }
        if (mentions(jinja, "<|im_start|>", "<|im_end|>") && !jinja.contains("trim")) {
            Matcher system = CHATML_SYSTEM.matcher(jinja);
            Optional<String> says = system.find() ? Optional.of(system.group(1)) : Optional.empty();
            boolean unreadable = says.isEmpty() && jinja.contains("You are");
            return unreadable
                    ? Optional.empty()
                    : Optional.of(new TurnTemplate("", "<|im_start|>", "\n", "<|im_end|>\n", false, says));
        }
        return Optional.empty();
    }

    private static boolean mentions(String jinja, String... marks) {
        return List.of(marks).stream().allMatch(jinja::contains);
    }

    /** The prompt, and the place of each answer in it, to and with its end mark. */
    ChatTemplate.Answered render(ChatRequest request) {
        refuse(request);
        MarkedText.Builder out = new MarkedText.Builder().trusted(start);
        List<MarkedText.Span> answers = new ArrayList<>();
        if (system.isPresent() && !request.messages().getFirst().role().equals("system")) {
            out.trusted(before + "system" + between + system.get() + after);
        }
        for (ChatMessage message : request.messages()) {
            out.trusted(before + message.role() + between);
            int from = out.length();
            String content = message.content().orElse("");
            out.literal(trims ? content.strip() : content).trusted(after.stripTrailing());
            if (message.role().equals("assistant") && !content.isBlank()) {
                answers.add(new MarkedText.Span(from, out.length()));
            }
            out.trusted(after.substring(after.stripTrailing().length()));
        }
        if (request.addGenerationPrompt()) {
            out.trusted(before + "assistant" + between);
        }
        return new ChatTemplate.Answered(out.build(), answers);
    }

    private static void refuse(ChatRequest request) {
        if (!request.tools().isEmpty()) {
            throw new CodaException("the chat template of this checkpoint has no tools: leave them out");
        }
        if (request.enableThinking().equals(Optional.of(true))) {
            throw new CodaException("the chat template of this checkpoint has no thoughts: leave thinking out");
        }
        for (ChatMessage message : request.messages()) {
            if (!ROLES.contains(message.role()) || !message.toolCalls().isEmpty()) {
                throw new CodaException("the chat template of this checkpoint has the roles system, user and assistant,"
                        + " and no calls of tools; got a message of " + message.role());
            }
        }
    }
}
