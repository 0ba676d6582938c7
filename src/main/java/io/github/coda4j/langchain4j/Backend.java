package io.github.coda4j.langchain4j;

import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.Generation;
import io.github.coda4j.generate.GenerationListener;
import io.github.coda4j.generate.request.ValueSource;
import io.github.coda4j.text.ChatRequest;

/** What the models of this room ask: an opened model, or in tests one that answers by rules. */
interface Backend {
    /** What responses call it. */
    String name();

    /** See {@link CodaModel#request(ChatRequest, ValueSource)}. */
    GenerateRequest request(ChatRequest chat, ValueSource given);

    /** See {@link CodaModel#request(String, ValueSource)}. */
    GenerateRequest request(String text, ValueSource given);

    /** See {@link CodaModel#submit}. */
    Generation submit(GenerateRequest request, GenerationListener listener);

    /** An opened model, which stays its owner's. */
    static Backend of(CodaModel model) {
        return new Backend() {
            @Override
            public String name() {
                return model.folder().toAbsolutePath().normalize().getFileName().toString();
            }

            @Override
            public GenerateRequest request(ChatRequest chat, ValueSource given) {
                return model.request(chat, given);
            }

            @Override
            public GenerateRequest request(String text, ValueSource given) {
                return model.request(text, given);
            }

            @Override
            public Generation submit(GenerateRequest request, GenerationListener listener) {
                return model.submit(request, listener);
            }
        };
    }
}
