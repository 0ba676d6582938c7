package io.github.coda4j.cli.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.OutFile;
import io.github.coda4j.cli.World;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.Json;
import io.github.coda4j.generate.length.LengthClimb;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code coda inspect sampler}. */
@Command(
        name = "sampler",
        sortOptions = false,
        description = {
            "Run cases of commit policies, without a model, through the classes that decode.",
            "",
            "FILE.json has \"cases\": each with \"id\", \"rule\", \"params\" and \"forwards\", the columns of which "
                    + "(\"positions\", \"p\", \"m\", \"H\", \"tokens\") are what a forward proposes. The result "
                    + "has for each case its \"id\" and, by forward, \"chosen\" and what else its rule says. A "
                    + "case whose rule is not known here has \"skipped\" instead, and standard error says so.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda inspect sampler --cases examples/samplers.json --out chosen.json"})
final class InspectSamplerCommand implements Callable<Integer> {
    /** The rule whose cases are scores of lengths. */
    private static final String LENGTHS = "cal";

    private final World world;

    @Option(
            names = "--cases",
            required = true,
            paramLabel = "FILE.json",
            description = "An object with the list \"cases\".")
    Path cases;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The JSON file to write; an older one is replaced.")
    Path out;

    InspectSamplerCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        OutFile.check(out);
        JsonNode list = Json.readObject(cases).path("cases");
        if (!list.isArray()) {
            throw CodaException.of("%s must hold \"cases\": a list", cases);
        }
        List<Map<String, Object>> results = new ArrayList<>();
        Set<String> unknown = new TreeSet<>();
        for (JsonNode json : list) {
            SamplerCase one = new SamplerCase(json);
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("id", one.id());
            results(one).ifPresentOrElse(result::putAll, () -> {
                result.put("skipped", "no such rule: " + one.rule());
                unknown.add(one.rule());
            });
            results.add(result);
        }
        AtomicFiles.writeText(out, Json.compact(Json.of(Map.of("cases", results))) + "\n");
        if (!unknown.isEmpty()) {
            world.note("skipped what is no rule here: " + String.join(", ", unknown));
        }
        return ExitCodes.OK;
    }

    /** What the case's rule says, if there is such a rule. */
    private static Optional<Map<String, ?>> results(SamplerCase one) {
        return one.rule().equals(LENGTHS)
                ? Optional.of(lengths(one))
                : SamplerRule.find(one.rule()).map(rule -> SamplerRun.results(one, rule));
    }

    /** CAL's search for a length, which takes no forwards but scores of lengths. */
    private static Map<String, ?> lengths(SamplerCase one) {
        double[] phi = one.numbers(one.json(), "phi");
        double[] bias = one.json().path("bias").isNull() ? new double[0] : one.numbers(one.json(), "bias");
        int max = (int) one.parameter("max");
        one.require(phi.length >= max, "the case", "phi", "as many numbers as the longest length");
        one.require(bias.length == 0 || bias.length >= max, "the case", "bias", "null, or as long as phi");
        LengthClimb climb = new LengthClimb(
                (int) one.parameter("start"), (int) one.parameter("span"), max, (int) one.parameter("patience"));
        while (!climb.wanted().isEmpty()) {
            climb.answer(climb.wanted().stream()
                    .map(length -> phi[length - 1] / (bias.length == 0 ? 1 : bias[length - 1]))
                    .toList());
        }
        return Map.of("length", climb.best(), "probed", climb.probed());
    }
}
