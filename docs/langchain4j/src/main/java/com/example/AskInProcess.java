package com.example;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.language.LanguageModel;
import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.langchain4j.CodaChatModel;
import io.github.coda4j.langchain4j.CodaLanguageModel;
import java.nio.file.Path;

public class AskInProcess {
    public static void main(String[] arguments) {
        try (CodaModel coda = CodaModel.open(Path.of(arguments[0]))) {
            LanguageModel code = CodaLanguageModel.builder().model(coda).maxOutputTokens(3).build();
            String start = "for (int i = 0; i < names.size();";
            System.out.println(start + code.generate(start).content());
            ChatModel chat = CodaChatModel.builder().model(coda).maxOutputTokens(16).build();
            System.out.println(chat.chat("Write a Java method that reverses a list."));
        }
    }
}
