package com.example;

import io.github.coda4j.generate.CodaModel;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** A Spring Boot application with a model in it, which fills a hole when it has started. */
@SpringBootApplication
public class FillHolesApplication {
    public static void main(String[] arguments) {
        SpringApplication.run(FillHolesApplication.class, arguments);
    }

    /** Opened once, used by any number of threads, closed with the application. */
    @Bean
    CodaModel model(@Value("${model}") String folder) {
        return CodaModel.open(Path.of(folder));
    }

    @Bean
    CommandLineRunner fillHole(CodaModel model) {
        return _ -> LoggerFactory.getLogger(FillHolesApplication.class)
                .info("filled: {}", model.infill("this.name = <|hole|>;", 1));
    }
}
