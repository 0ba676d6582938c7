package com.example;

import io.github.coda4j.generate.CodaModel;
import java.nio.file.Path;

public class FillHoles {
    public static void main(String[] arguments) throws InterruptedException {
        try (CodaModel model = CodaModel.open(Path.of(arguments[0]))) {
            String code = """
                    class Stock {
                        private final String name;

                        Stock(String name) {
                            this.name = <|hole|>;
                        }
                    }
                    """;
            System.out.println(model.infill(code, 1));
            System.out.println("import java.util.List;\nimport java.util." + model.complete(
                    "import java.util.List;\nimport java.util.", 3));
        }
    }
}
