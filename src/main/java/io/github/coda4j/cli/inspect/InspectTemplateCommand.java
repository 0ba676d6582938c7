package io.github.coda4j.cli.inspect;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.InputText;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.World;
import io.github.coda4j.text.ChatRequest;
import io.github.coda4j.text.ChatTemplate;
import io.github.coda4j.text.MessageReading;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda inspect template}. */
@Command(
        name = "template",
        sortOptions = false,
        description = {
            "Print the prompt that the chat template makes of a request, and nothing else.",
            "",
            "The request is {\"messages\": [...], \"tools\": [...], \"add_generation_prompt\": true, "
                    + "\"enable_thinking\": false}; all but"
                    + " the messages may be left out. What a message says and the template cannot say is refused.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  echo '{\"messages\": [{\"role\": \"user\", \"content\": \"hello\"}]}' "
                    + "| coda inspect template --request -"
        })
final class InspectTemplateCommand implements Callable<Integer> {
    private final World world;

    @Mixin
    ModelFlag model;

    @Option(
            names = "--request",
            required = true,
            paramLabel = "FILE.json",
            description = "The request; - is standard input.")
    Path request;

    @Option(
            names = "--original",
            description = "Read messages as the original's template does: content that is no string counts as "
                    + "nothing, and messages of roles that it does not know are left out.")
    boolean original;

    InspectTemplateCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        ChatTemplate template = ChatTemplate.forCheckpoint(model.folder(world));
        MessageReading reading = original ? MessageReading.ORIGINAL : MessageReading.WHOLE;
        String json = InputText.read(request, world).text();
        world.out().print(template.render(ChatRequest.fromJson(json, reading)));
        return ExitCodes.OK;
    }
}
