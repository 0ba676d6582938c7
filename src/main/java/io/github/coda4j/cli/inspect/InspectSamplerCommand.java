package io.github.coda4j.cli.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.OutFile;
import io.github.coda4j.cli.World;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.Json;
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
            Optional<SamplerRule> rule = SamplerRule.find(one.rule());
            if (rule.isPresent()) {
                result.putAll(SamplerRun.results(one, rule.get()));
            } else {
                result.put("skipped", "no such rule: " + one.rule());
                unknown.add(one.rule());
            }
            results.add(result);
        }
        AtomicFiles.writeText(out, Json.compact(Json.of(Map.of("cases", results))) + "\n");
        if (!unknown.isEmpty()) {
            world.note("skipped what is no rule here: " + String.join(", ", unknown));
        }
        return ExitCodes.OK;
    }
}
