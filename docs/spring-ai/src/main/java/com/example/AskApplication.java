package com.example;

import org.slf4j.LoggerFactory;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Asks the server that {@code application.properties} names, once whole and once in pieces. */
@SpringBootApplication
public class AskApplication {
    public static void main(String[] arguments) {
        SpringApplication.run(AskApplication.class, arguments);
    }

    @Bean
    CommandLineRunner ask(ChatClient.Builder builder) {
        ChatClient client = builder.build();
        String question = "Write a Java method that reverses a list.";
        return _ -> {
            String whole = client.prompt(question).call().content();
            LoggerFactory.getLogger(AskApplication.class).info("answered: [{}]", whole);
            String pieces = String.join(
                    "",
                    client.prompt(question).stream()
                            .content()
                            .collectList()
                            .block());
            LoggerFactory.getLogger(AskApplication.class).info("streamed: [{}]", pieces);
        };
    }
}
