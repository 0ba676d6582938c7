package io.github.coda4j.cli.inspect;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.World;
import io.github.coda4j.files.Json;
import io.github.coda4j.files.TextFiles;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda inspect tokens}. */
@Command(
        name = "tokens",
        sortOptions = false,
        description = {
            "Print how texts are tokenized: a JSON list of {\"text\", \"ids\", \"tokens\"}.",
            "",
            "Special tokens in the texts are recognised, nothing is added. The folder needs no weights.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda inspect tokens --text \"def main():\""})
final class InspectTokensCommand implements Callable<Integer> {
    private final World world;

    @Mixin
    ModelFlag model;

    @Option(names = "--text", paramLabel = "TEXT", description = "A text; may be given several times.")
    List<String> texts = new ArrayList<>();

    @Option(names = "--texts", paramLabel = "FILE.json", description = "A JSON list of texts.")
    Optional<Path> file = Optional.empty();

    InspectTokensCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        check(texts.isEmpty() || file.isEmpty(), "--text and --texts exclude each other: leave one of them out");
        check(!texts.isEmpty() || file.isPresent(), "no text given: add --text TEXT or --texts FILE.json");
        Path folder = model.folder(world);
        List<String> all = file.map(InspectTokensCommand::read).orElse(texts);
        Tokenizer tokenizer = BpeTokenizer.load(folder);
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        all.forEach(text -> list.add(entry(text, tokenizer)));
        world.out().println(list);
        return ExitCodes.OK;
    }

    private static List<String> read(Path file) {
        JsonNode json = Json.read(file);
        List<String> texts = new ArrayList<>();
        for (JsonNode text : json) {
            if (!json.isArray() || !text.isTextual()) {
                break;
            }
            if (TextFiles.loneSurrogate(text.textValue()).isPresent()) {
                throw CodaException.of(
                        "%s: character %d of text %d is half of a surrogate pair, which is no text",
                        file, TextFiles.loneSurrogate(text.textValue()).getAsInt(), texts.size());
            }
            texts.add(text.textValue());
        }
        if (!json.isArray() || texts.size() != json.size()) {
            throw CodaException.of("%s must hold a JSON list of texts", file);
        }
        return texts;
    }

    private static ObjectNode entry(String text, Tokenizer tokenizer) {
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        entry.put("text", text);
        ArrayNode ids = entry.putArray("ids");
        ArrayNode tokens = entry.putArray("tokens");
        for (int id : tokenizer.encode(text)) {
            ids.add(id);
            tokens.add(tokenizer.token(id));
        }
        return entry;
    }
}
