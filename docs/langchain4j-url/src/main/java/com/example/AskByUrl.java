package com.example;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.util.concurrent.CompletableFuture;

/** Asks a server and prints the answer as it comes. */
public class AskByUrl {
    public static void main(String[] arguments) {
        OpenAiStreamingChatModel model = OpenAiStreamingChatModel.builder()
                .baseUrl(arguments[0] + "/v1")
                .apiKey("none")
                .modelName("coda-mini")
                .maxTokens(16)
                .build();
        CompletableFuture<ChatResponse> answer = new CompletableFuture<>();
        model.chat("Write a Java method that reverses a list.", new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String piece) {
                System.out.print(piece);
                System.out.flush();
            }

            @Override
            public void onCompleteResponse(ChatResponse whole) {
                answer.complete(whole);
            }

            @Override
            public void onError(Throwable error) {
                answer.completeExceptionally(error);
            }
        });
        System.out.printf("%n%d tokens%n", answer.join().tokenUsage().outputTokenCount());
    }
}
