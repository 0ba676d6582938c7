package io.github.coda4j.cli.make;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.Amounts;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.World;
import io.github.coda4j.model.KnownModel;
import io.github.coda4j.model.ModelSize;
import io.github.coda4j.model.WeightFormat;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code coda models}. */
@Command(
        name = "models",
        sortOptions = false,
        description = {
            "List published models whose families are read here: size, licence, what they are good for, and in which"
                    + " numbers they fit this machine's memory.",
            "",
            "Nothing is fetched, and none of them was run by this project: docs/families.md says what is proved.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda models"})
public final class ModelsCommand implements Callable<Integer> {
    /** Of the weights, for all that is not weights. */
    private static final double MORE = 1.2;

    private final World world;

    @Option(names = "--json", description = "Print JSON, with the bytes of the weights in each format.")
    boolean json;

    public ModelsCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        long memory = memory();
        world.out().print(json ? json(memory).toPrettyString() + "\n" : table(memory));
        return ExitCodes.OK;
    }

    private static long memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : Long.MAX_VALUE;
    }

    private static boolean fits(long bytes, long memory) {
        return MORE * bytes <= memory;
    }

    private static String table(long memory) {
        StringBuilder text = new StringBuilder();
        for (KnownModel model : KnownModel.ALL) {
            ModelSize size = model.size();
            String formats = WeightFormat.ALL.stream()
                    .filter(format -> fits(size.weightBytes(format), memory))
                    .map(format -> format + " " + Amounts.bytes(size.weightBytes(format)))
                    .collect(Collectors.joining(", "));
            text.append(String.format(
                    Locale.ROOT,
                    "%s%n    %s parameters, licence %s, %s; %s%n",
                    model.id(),
                    Amounts.count(size.parameters()),
                    model.licence(),
                    model.use(),
                    formats.isEmpty() ? "fits in no format" : "fits as " + formats));
        }
        text.append(String.format(
                Locale.ROOT,
                "%nThis machine has %s of memory; a model fits with %.0f %% more than its weights. A licence with ? was"
                        + " not seen on the model's own page.%n",
                Amounts.bytes(memory),
                100 * (MORE - 1)));
        text.append("Next: coda pull ID\n");
        return text.toString();
    }

    private static ObjectNode json(long memory) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("memory", memory);
        ArrayNode models = root.putArray("models");
        for (KnownModel model : KnownModel.ALL) {
            ModelSize size = model.size();
            ObjectNode node = models.addObject()
                    .put("id", model.id())
                    .put("family", size.config().kind().modelType())
                    .put("preset", model.preset())
                    .put("parameters", size.parameters())
                    .put("licence", model.licence())
                    .put("use", model.use());
            ObjectNode bytes = node.putObject("bytes");
            ArrayNode fitting = node.putArray("fits");
            for (WeightFormat format : WeightFormat.ALL) {
                bytes.put(format.toString(), size.weightBytes(format));
                if (fits(size.weightBytes(format), memory)) {
                    fitting.add(format.toString());
                }
            }
        }
        return root;
    }
}
