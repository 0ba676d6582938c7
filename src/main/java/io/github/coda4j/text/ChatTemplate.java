package io.github.coda4j.text;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.NamedFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The chat template of the Qwen3/CoDA family, written natively: system text, tools, tool calls and results, thoughts of
 * the last turn kept and those of earlier turns dropped. It gives the same bytes as the original's Jinja template.
 *
 * <p>A checkpoint may bring a template of its own ({@code chat_template.jinja} or in {@code tokenizer_config.json}). It
 * is not run; it is looked at: when it lacks one of the family's marks ({@code enable_thinking},
 * {@code <tool_response>}, ...) it is either one of turns alone ({@link TurnTemplate}: plain ChatML, LLaDA's headers),
 * or the checkpoint was trained on other prompts and {@link #forCheckpoint} refuses it. A checkpoint without a template
 * is taken to be of the family.
 */
public final class ChatTemplate {
    /** What stands at the beginning of an answer that was not thought about. */
    public static final String EMPTY_THOUGHT = "<think>\n\n</think>\n\n";

    private static final List<String> FAMILY_MARKS = List.of(
            "<|im_start|>",
            "<|im_end|>",
            "# Tools",
            "<tool_response>",
            "<tool_call>",
            "reasoning_content",
            "last_query_index",
            "<think>",
            "enable_thinking");
    private static final String TOOLS_HEAD =
            "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
                    + "You are provided with function signatures within <tools></tools> XML tags:\n<tools>";
    private static final String TOOLS_TAIL =
            "\n</tools>\n\nFor each function call, return a json object with function name and arguments"
                    + " within <tool_call></tool_call> XML tags:\n<tool_call>\n{\"name\": <function-name>, "
                    + "\"arguments\": <args-json-object>}\n"
                    + "</tool_call><|im_end|>\n";

    /** Empty for that of the Qwen3/CoDA family. */
    private final Optional<TurnTemplate> turns;

    private ChatTemplate(Optional<TurnTemplate> turns) {
        this.turns = turns;
    }

    /** The template of the Qwen3/CoDA family. */
    public static ChatTemplate coda() {
        return new ChatTemplate(Optional.empty());
    }

    /**
     * The template for a checkpoint folder.
     *
     * @throws CodaException when the folder's own template is neither of the Qwen3/CoDA family nor one of turns alone
     */
    public static ChatTemplate forCheckpoint(Path folder) {
        return of(NamedFiles.of(folder));
    }

    static ChatTemplate of(NamedFiles files) {
        TokenizerConfig config = new TokenizerConfig(files);
        Optional<String> template = config.chatTemplate();
        for (String mark : template.isPresent() ? FAMILY_MARKS : List.<String>of()) {
            if (!template.get().contains(mark)) {
                Optional<TurnTemplate> turns = TurnTemplate.of(template.get(), config.named("bos_token"));
                if (turns.isPresent()) {
                    return new ChatTemplate(turns);
                }
                throw CodaException.of(
                        "the chat template in %s is not of the Qwen3/CoDA family: it does not mention '%s'; "
                                + "send the prompt as raw text,"
                                + " or remove the template to use that of CoDA",
                        files.source(), mark);
            }
        }
        return coda();
    }

    /**
     * The prompt as plain text. Encoded as it is, a message that holds {@code <|im_end|>} ends itself, as in the
     * original.
     */
    public String render(ChatRequest request) {
        return mark(request).text();
    }

    /**
     * The same prompt with everything that came with the request marked as literal, so that no message can pass for a
     * control token.
     */
    public MarkedText mark(ChatRequest request) {
        return markAnswers(request).text();
    }

    /**
     * A conversation to learn from.
     *
     * @param text as {@link #mark} gives it
     * @param answers what an assistant's turn has to say, from behind {@code <|im_start|>assistant} and its line end,
     *     an empty thought included, to and with {@code <|im_end|>}; turns that say nothing are left out
     */
    public record Answered(MarkedText text, List<MarkedText.Span> answers) {
        public Answered {
            answers = List.copyOf(answers);
        }
    }

    /** The same prompt with the place of each answer in it. */
    public Answered markAnswers(ChatRequest request) {
        if (turns.isPresent()) {
            return turns.get().render(request);
        }
        List<MarkedText.Span> answers = new ArrayList<>();
        MarkedText.Builder out = new MarkedText.Builder();
        List<ChatMessage> messages = request.messages();
        writeHead(request, out);
        int lastQuery = lastQuery(messages);
        for (int i = 0; i < messages.size(); i++) {
            ChatMessage message = messages.get(i);
            String content = message.content().orElse("");
            switch (message.role()) {
                case "user" -> writeTurn("user", content, out);
                case "system" -> {
                    if (i > 0) {
                        writeTurn("system", content, out);
                    }
                }
                case "assistant" ->
                    writeAssistant(message, i > lastQuery, i == messages.size() - 1, out)
                            .ifPresent(answers::add);
                case "tool" -> writeToolResult(messages, i, content, out);
                default -> {}
            }
        }
        if (request.addGenerationPrompt()) {
            out.trusted("<|im_start|>assistant\n");
            if (request.enableThinking().equals(Optional.of(false))) {
                out.trusted(EMPTY_THOUGHT);
            }
        }
        return new Answered(out.build(), answers);
    }

    private static void writeHead(ChatRequest request, MarkedText.Builder out) {
        ChatMessage first = request.messages().getFirst();
        boolean system = first.role().equals("system");
        if (request.tools().isEmpty()) {
            if (system) {
                writeTurn("system", first.content().orElseThrow(), out);
            }
            return;
        }
        out.trusted("<|im_start|>system\n");
        if (system) {
            out.literal(first.content().orElseThrow()).trusted("\n\n");
        }
        out.trusted(TOOLS_HEAD);
        request.tools().forEach(tool -> out.trusted("\n").literal(tool));
        out.trusted(TOOLS_TAIL);
    }

    /** The index of the last message a user typed; tool results that a client sends as user messages do not count. */
    private static int lastQuery(List<ChatMessage> messages) {
        for (int i = messages.size() - 1; i >= 0; i--) {
            ChatMessage message = messages.get(i);
            if (message.role().equals("user")
                    && message.content().isPresent()
                    && !(message.content().get().startsWith("<tool_response>")
                            && message.content().get().endsWith("</tool_response>"))) {
                return i;
            }
        }
        return messages.size() - 1;
    }

    private static void writeTurn(String role, String content, MarkedText.Builder out) {
        out.trusted("<|im_start|>" + role + "\n").literal(content).trusted("<|im_end|>\n");
    }

    /** Returns the place of the answer, if there is one. */
    private static Optional<MarkedText.Span> writeAssistant(
            ChatMessage message, boolean currentTurn, boolean last, MarkedText.Builder out) {
        String content = message.content().orElse("");
        String reasoning = message.reasoningContent().orElse("");
        int thoughtEnd = content.lastIndexOf("</think>");
        if (message.reasoningContent().isEmpty() && thoughtEnd >= 0) {
            String before = stripTrailing(content.substring(0, content.indexOf("</think>")));
            int thoughtStart = before.lastIndexOf("<think>");
            reasoning = thoughtStart < 0 ? before : before.substring(thoughtStart + "<think>".length());
            reasoning = stripLeading(reasoning);
            content = stripLeading(content.substring(thoughtEnd + "</think>".length()));
        }
        out.trusted("<|im_start|>assistant\n");
        int start = out.length();
        if (currentTurn && (last || !reasoning.isEmpty())) {
            out.trusted("<think>\n")
                    .literal(stripTrailing(stripLeading(reasoning)))
                    .trusted("\n</think>\n\n")
                    .literal(stripLeading(content));
        } else {
            out.literal(content);
        }
        for (int i = 0; i < message.toolCalls().size(); i++) {
            ToolCall call = message.toolCalls().get(i);
            out.trusted(i > 0 || !content.isEmpty() ? "\n" : "")
                    .trusted("<tool_call>\n{\"name\": \"")
                    .literal(call.name())
                    .trusted("\", \"arguments\": ")
                    .literal(call.arguments())
                    .trusted("}\n</tool_call>");
        }
        out.trusted("<|im_end|>");
        boolean saysSomething = !content.isBlank() || !message.toolCalls().isEmpty();
        Optional<MarkedText.Span> answer =
                saysSomething ? Optional.of(new MarkedText.Span(start, out.length())) : Optional.empty();
        out.trusted("\n");
        return answer;
    }

    private static void writeToolResult(List<ChatMessage> messages, int index, String content, MarkedText.Builder out) {
        if (index == 0 || !messages.get(index - 1).role().equals("tool")) {
            out.trusted("<|im_start|>user");
        }
        out.trusted("\n<tool_response>\n").literal(content).trusted("\n</tool_response>");
        if (index == messages.size() - 1 || !messages.get(index + 1).role().equals("tool")) {
            out.trusted("<|im_end|>\n");
        }
    }

    private static String stripLeading(String text) {
        int start = 0;
        while (start < text.length() && text.charAt(start) == '\n') {
            start++;
        }
        return text.substring(start);
    }

    private static String stripTrailing(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '\n') {
            end--;
        }
        return text.substring(0, end);
    }
}
