package io.github.coda4j.eval.answers;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.files.Json;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.Document;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.Generation;
import io.github.coda4j.generate.GenerationListener;
import io.github.coda4j.generate.Generator;
import io.github.coda4j.generate.WindowOptions;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.generate.request.DecodeSettings;
import io.github.coda4j.syntax.Grammar;
import io.github.coda4j.text.Tokenizer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * A model in this process.
 *
 * @param tokenizer of the model
 * @param endTokens ids that end an answer
 * @param maxPositions the longest sequence of the model
 * @param how it decodes, and where answers end
 * @param lengths how the length of a hole is found where nobody says it
 * @param fileName a name that tells the language of documents with holes; empty when they have none
 */
public record ModelRespondent(
        Generator generator,
        Tokenizer tokenizer,
        Set<Integer> endTokens,
        int maxPositions,
        DecodeSettings how,
        LengthOptions lengths,
        String fileName)
        implements Respondent {
    @Override
    public CompletableFuture<Answer> ask(Question question) {
        Generation generation = generator.submit(request(question), GenerationListener.NONE);
        CompletableFuture<Completion> completion = generation.completion();
        CompletableFuture<Answer> answer = completion.thenApply(Answer::of);
        answer.whenComplete((_, _) -> {
            if (answer.isCancelled()) {
                generation.cancel();
            }
        });
        return answer;
    }

    private GenerateRequest request(Question question) {
        GenerateRequest request = switch (question.form()) {
            case Question.Continue(var text) ->
                GenerateRequest.of(
                        text, how.maxNewTokens(), with(how.completion(0, maxPositions, endTokens), question));
            case Question.Fill fill -> {
                Document document = fill.document();
                OptionalInt context = how.context(maxPositions);
                Optional<Grammar> grammar = fileName.isEmpty() ? Optional.empty() : Grammar.ofFile(fileName);
                WindowOptions windows = new WindowOptions(context, WindowOptions.DEFAULT.before(), grammar);
                int positions = windows.positions(document, maxPositions);
                yield GenerateRequest.of(document, with(how.options(document.shape(0), positions, endTokens), question))
                        .withWindows(windows)
                        .withLengths(lengths);
            }
            case Question.Chat _ -> throw new IllegalArgumentException("a chat is rendered here, not asked for");
        };
        return request.withStopStrings(how.stopStrings());
    }

    private DecodeOptions with(DecodeOptions options, Question question) {
        return options.withHolePad(how.holePad(tokenizer.holePad())).withSeed(options.seed() + question.sample());
    }

    @Override
    public ObjectNode setting(Question first) {
        DecodeOptions options = request(first).decode();
        ObjectNode decoding = JsonNodeFactory.instance.objectNode();
        boolean everyToken = first.form() instanceof Question.Fill fill
                && (fill.hole().open() || fill.hole().tokens() == options.steps());
        if (everyToken) {
            decoding.put("steps", "one a token");
        } else {
            decoding.put("steps", options.steps());
        }
        if (first.form() instanceof Question.Continue) {
            decoding.put("max_new_tokens", how.maxNewTokens());
        }
        decoding.put("alg", options.commit().toString());
        options.blockLength().ifPresent(length -> decoding.put("block_length", length));
        decoding.put("cache", options.cache().toString().replaceAll("\\[\\]$", ""))
                .put("block_start", options.blockStart().toString())
                .put("mask_candidates", options.maskCandidates().toString())
                .put("eps", options.eps())
                .put("temperature", options.temperature())
                .put("top_p", options.topP())
                .put("top_k", options.topK())
                .put("seed", options.seed() - first.sample());
        decoding.set("end_tokens", Json.of(List.copyOf(new TreeSet<>(endTokens))));
        decoding.set("stop", Json.of(how.stopStrings()));
        ObjectNode setting = JsonNodeFactory.instance.objectNode();
        setting.set("decoding", decoding);
        return setting;
    }
}
