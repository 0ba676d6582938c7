package io.github.coda4j.cli.make;

import io.github.coda4j.Amounts;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Progress;
import io.github.coda4j.cli.World;
import io.github.coda4j.web.ProxyVariables;
import io.github.coda4j.weights.hub.HubClient;
import io.github.coda4j.weights.hub.ModelCopy;
import io.github.coda4j.weights.hub.PullListener;
import io.github.coda4j.weights.hub.PulledModel;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code coda pull}. */
@Command(
        name = "pull",
        sortOptions = false,
        description = {
            "Fetch a model from a hub (Hugging Face or one that speaks its protocol) into the local cache.",
            "",
            "An interrupted pull goes on where it was when it is run again. Sizes and checksums are compared "
                    + "with the hub's; what is"
                    + " not complete is never used. The cache is CODA_CACHE or the account's folder for caches."
                    + " Proxies are taken from HTTPS_PROXY, HTTP_PROXY and NO_PROXY.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda pull Salesforce/CoDA-v0-Instruct"})
public final class PullCommand implements Callable<Integer> {
    private final World world;

    @Parameters(paramLabel = "ID", description = "OWNER/NAME of the model.")
    String id;

    @Option(names = "--revision", paramLabel = "REV", description = "Branch, tag or commit (default: main).")
    String revision = HubClient.DEFAULT_REVISION;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Also put the model into this new folder (weights as hard links where the disk allows).")
    Optional<Path> out = Optional.empty();

    @Option(names = "--endpoint", paramLabel = "URL", description = "The hub's address; environment HF_ENDPOINT.")
    Optional<String> endpoint = Optional.empty();

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description = "Access token for the hub; better in the environment as HF_TOKEN.")
    Optional<String> token = Optional.empty();

    public PullCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        HubClient hub = new HubClient(
                address(),
                token.or(() -> world.variable("HF_TOKEN")),
                world.folders().cache(),
                ProxyVariables.of(world.environment()));
        out.ifPresent(ModelCopy::checkFree);
        PulledModel pulled;
        try (Listener listener = new Listener()) {
            pulled = hub.pull(id, revision, listener);
        }
        out.ifPresent(folder -> ModelCopy.copy(pulled.folder(), folder));
        world.out()
                .printf(
                        Locale.ROOT,
                        "%s at %s: %s%s%n",
                        id,
                        pulled.revision(),
                        Amounts.bytes(pulled.bytes()),
                        pulled.wasCached() ? ", was here already" : "");
        world.out().println("Licence: " + pulled.license().orElse("not stated by the hub; see the model's page"));
        world.out().println("Folder: " + out.orElse(pulled.folder()));
        String name = out.map(Path::toString)
                .orElse(
                        revision.equals(HubClient.DEFAULT_REVISION)
                                ? id
                                : pulled.folder().toString());
        world.out().println("Next: coda generate --model " + name + " \"...\"");
        world.out().println("  or: coda quantize " + name + " --out DIR, for half the memory and more speed");
        return ExitCodes.OK;
    }

    private URI address() {
        Optional<String> named = endpoint.or(() -> world.variable("HF_ENDPOINT"));
        try {
            return named.map(URI::create).orElse(HubClient.DEFAULT_ENDPOINT);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    (endpoint.isPresent() ? "--endpoint" : "environment variable HF_ENDPOINT")
                            + " must be an address like https://huggingface.co, got '" + named.orElse("") + "'",
                    e);
        }
    }

    /** One bar over all files. */
    final class Listener implements PullListener, AutoCloseable {
        private final Map<String, Long> done = new HashMap<>();
        private Optional<Progress> progress = Optional.empty();
        private long total;

        @Override
        public void started(String model, String commit, Optional<String> license, int files, long bytes) {
            world.note(model + " at " + commit + ": " + files + " files, " + Amounts.bytes(bytes)
                    + license.map(name -> ", licence " + name).orElse(""));
            total = bytes;
            progress = Optional.of(Progress.ofBytes(world, "pull"));
        }

        @Override
        public void fileStarted(String file, long bytes, long already) {
            show(file, already);
        }

        @Override
        public void fileProgress(String file, long bytesDone, long bytes) {
            show(file, bytesDone);
        }

        @Override
        public void retrying(String what, String reason, Duration wait) {
            note(what + ": " + reason + "; trying again in " + Math.max(1, wait.toSeconds()) + " s");
        }

        @Override
        public void waitingForOtherPull(String model) {
            note("another process is pulling " + model + "; waiting for it");
        }

        private void note(String line) {
            progress.ifPresentOrElse(shown -> shown.note(line), () -> world.note(line));
        }

        private void show(String file, long bytesDone) {
            done.put(file, bytesDone);
            long all = done.values().stream().mapToLong(n -> n).sum();
            progress.ifPresent(shown -> shown.to(all, total, file));
        }

        @Override
        public void close() {
            progress.ifPresent(Progress::close);
        }
    }
}
