package io.github.coda4j.cli.train;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.Amounts;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.World;
import io.github.coda4j.train.memory.MemoryPlan;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda plan}. */
@Command(
        name = "plan",
        sortOptions = false,
        description = {
            "Compute the memory that a training run takes of each chip, card or machine, from shapes alone, and "
                    + "compare it with what there is.",
            "",
            "Without options: CoDA's pre-training, 512 rows of 8192 tokens over 512 chips v4. Nothing is loaded, and "
                    + "no device is needed. docs/tpu.md and docs/training.md say what of it was measured.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda plan",
            "  coda plan --device v5e --chips 256 --optimizer adamw",
            "  coda plan --device gpu --memory 80 --length 1024 --recompute --json",
            "  coda plan --device cpu --layers 4 --rows 1 --length 512",
            "  coda plan --config recipes/small/pretrain.yaml"
        })
public final class PlanCommand implements Callable<Integer> {
    private final World world;

    @Mixin
    PlanFlags flags;

    @Option(names = "--json", description = "Print JSON, in bytes.")
    boolean json;

    public PlanCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        PlanFlags.Asked asked = flags.asked(world);
        MemoryPlan plan = asked.plan();
        OptionalLong memory = asked.memory();
        OptionalInt fitting = memory.isPresent() ? asked.mostRows(memory.getAsLong()) : OptionalInt.empty();
        world.out().print(json ? json(asked, plan, fitting).toPrettyString() + "\n" : table(asked, plan, fitting));
        return ExitCodes.OK;
    }

    private static String table(PlanFlags.Asked asked, MemoryPlan plan, OptionalInt fitting) {
        StringBuilder text = new StringBuilder();
        text.append(asked.described()).append("\n\n");
        text.append("All the time\n");
        plan.kept().forEach(part -> line(text, part));
        for (MemoryPlan.Phase phase : plan.phases()) {
            text.append(String.format(Locale.ROOT, "In the %s: %s%n", phase.name(), Amounts.bytes(phase.bytes())));
            phase.parts().forEach(part -> line(text, part));
        }
        text.append(String.format(
                Locale.ROOT,
                "%nAt most %s = %s all the time + %s in the %s%n",
                Amounts.bytes(plan.bytes()),
                Amounts.bytes(plan.keptBytes()),
                Amounts.bytes(plan.largest().bytes()),
                plan.largest().name()));
        asked.memory()
                .ifPresent(memory -> text.append(String.format(
                        Locale.ROOT,
                        "%s: %.0f %% of %s; %s%n",
                        plan.bytes() <= memory ? "Fits" : "Does not fit",
                        100.0 * plan.bytes() / memory,
                        Amounts.bytes(memory),
                        fitting.isPresent()
                                ? "at most " + fitting.getAsInt() + " rows at a time fit"
                                : "not even one row fits")));
        return text.toString();
    }

    private static void line(StringBuilder text, MemoryPlan.Part part) {
        text.append(
                String.format(Locale.ROOT, "  %-18s %10s  %s%n", part.name(), Amounts.bytes(part.bytes()), part.how()));
    }

    private static ObjectNode json(PlanFlags.Asked asked, MemoryPlan plan, OptionalInt fitting) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("device", asked.device());
        root.put("devices", asked.run().devices());
        root.put("parameters", asked.run().config().numParameters());
        root.put("layers", asked.run().config().layers());
        root.put("rows", asked.run().rows());
        root.put("length", asked.run().length());
        root.put("precision", asked.run().pass().precision().toString());
        parts(root.putArray("kept"), plan.kept());
        ArrayNode phases = root.putArray("phases");
        for (MemoryPlan.Phase phase : plan.phases()) {
            ObjectNode node = phases.addObject();
            node.put("name", phase.name());
            node.put("bytes", phase.bytes());
            parts(node.putArray("parts"), phase.parts());
        }
        root.put("bytes", plan.bytes());
        asked.memory().ifPresent(memory -> {
            root.put("memory", memory);
            root.put("fits", plan.bytes() <= memory);
            root.put("most_rows", fitting.orElse(0));
        });
        return root;
    }

    private static void parts(ArrayNode target, Iterable<MemoryPlan.Part> parts) {
        for (MemoryPlan.Part part : parts) {
            target.addObject().put("name", part.name()).put("bytes", part.bytes());
        }
    }
}
