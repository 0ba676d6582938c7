import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.ai.openai.api.OpenAiApi;

/** Spring AI 1's chat model, which has a client of its own. */
public final class Talk {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final OpenAiChatModel model;

    private Talk(String address) {
        OpenAiApi api = OpenAiApi.builder().baseUrl(address).apiKey("k").build();
        OpenAiChatOptions options =
                OpenAiChatOptions.builder().model("bytes").maxTokens(40).build();
        this.model =
                OpenAiChatModel.builder().openAiApi(api).defaultOptions(options).build();
    }

    public static void main(String[] arguments) throws JsonProcessingException {
        Talk talk = new Talk(arguments[0]);
        Scanner lines = new Scanner(System.in);
        while (lines.hasNextLine()) {
            String call = lines.nextLine();
            Map<String, Object> said;
            try {
                said = talk.call(call);
            } catch (RuntimeException e) {
                said = Map.of("error", e.getClass().getSimpleName() + ": " + e.getMessage());
            }
            System.out.println(JSON.writeValueAsString(said));
        }
    }

    private Map<String, Object> call(String call) {
        return switch (call) {
            case "chat" -> {
                ChatResponse answer = model.call(new Prompt("hi"));
                yield Map.of(
                        "text",
                        answer.getResult().getOutput().getText(),
                        "finish",
                        answer.getResult().getMetadata().getFinishReason());
            }
            case "stream" -> stream(Integer.MAX_VALUE);
            case "cancel" -> stream(2);
            default -> throw new IllegalArgumentException(call);
        };
    }

    /** Reads so many pieces and then leaves. */
    private Map<String, Object> stream(int most) {
        List<String> pieces = new ArrayList<>();
        List<String> finishes = new ArrayList<>();
        try {
            for (ChatResponse part : model.stream(new Prompt("hi")).take(most).toIterable()) {
                if (part.getResult() == null) {
                    continue; // usage alone
                }
                pieces.add(String.valueOf(part.getResult().getOutput().getText()));
                finishes.add(String.valueOf(part.getResult().getMetadata().getFinishReason()));
            }
        } catch (RuntimeException e) {
            return Map.of("text", String.join("", pieces), "error", String.valueOf(e));
        }
        return Map.of("text", String.join("", pieces), "pieces", pieces.size(), "finish", finishes.getLast());
    }
}
