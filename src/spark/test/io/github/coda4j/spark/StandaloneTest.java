package io.github.coda4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.data.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A master, two workers, and an executor that is lost. */
@Tag("process")
@Timeout(900)
class StandaloneTest {
    @TempDir
    static Path shared;

    private static ToyCorpus corpus;
    private static Map<String, String> expected;
    private static StandaloneCluster cluster;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        cluster = StandaloneCluster.start(Files.createDirectory(shared.resolve("spark")));
        // Named from this folder on, which is not the one in which executors work.
        corpus = ToyCorpus.make(Path.of("").toAbsolutePath().relativize(shared.resolve("corpus")));
        corpus.local(shared.resolve("local"));
        expected = ToyCorpus.contents(shared.resolve("local"));
    }

    @AfterAll
    static void end() throws InterruptedException {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void an_executor_that_is_killed_in_the_middle_changes_nothing() throws IOException {
        Path out = folder.resolve("s");
        List<Boolean> killed = new ArrayList<>();
        Set<String> phases = new TreeSet<>();
        corpus.spark(out, "", cluster.master(), 7, cluster.settings(), (done, all, what) -> {
            phases.add(what);
            if (killed.isEmpty() && what.equals("tokenize") && done > 0 && done < all) {
                killed.add(cluster.killExecutor());
            }
        });
        assertThat(phases).contains("number rows", "find near duplicates", "write shards");
        assertThat(killed)
                .as("an executor was killed while others were at work")
                .containsExactly(true);
        assertThat(ToyCorpus.contents(out)).isEqualTo(expected);
    }

    /** A client of a file system that is interrupted says that files cannot be read: what it makes then is not kept. */
    @Test
    void a_task_that_is_slow_is_copied_and_what_the_slow_one_makes_changes_nothing() throws IOException {
        Path out = folder.resolve("s");
        Map<String, String> settings = new TreeMap<>(cluster.settings());
        settings.put("spark.hadoop.fs.slow.impl", SlowFileSystem.class.getName());
        settings.put(
                "spark.executor.extraClassPath",
                Path.of("target/test-classes").toAbsolutePath().toString());
        settings.put("spark.extraListeners", CopiesSeen.class.getName());
        settings.put("spark.speculation", "true");
        settings.put("spark.speculation.quantile", "0.5");
        settings.put("spark.speculation.minTaskRuntime", "1s");
        corpus.spark(out, "slow://", cluster.master(), 7, settings, (_, _, _) -> {});
        Map<String, String> found = ToyCorpus.contents(out);
        found.computeIfPresent(
                Manifest.FILE,
                (_, text) -> text.replace(
                        "slow:" + absolute(corpus.folder()), corpus.folder().toString()));
        assertThat(found).isEqualTo(expected);
        assertThat(CopiesSeen.COPIES).as("tasks that were copied").hasPositiveValue();
    }

    /** The first process is killed when a part is done; the second one makes no part again. */
    @Test
    void spark_submit_runs_the_same_command_and_goes_on_where_a_killed_process_was()
            throws IOException, InterruptedException {
        Path out = folder.resolve("s");
        List<String> arguments = List.of(
                "tokenize",
                "--tokenizer",
                ToyCorpus.TOKENIZER.toString(),
                "--out",
                out.toString(),
                "--held-out",
                "" + ToyCorpus.HELD_OUT,
                "--drop-comments",
                "--shard-tokens",
                "" + ToyCorpus.SHARD_TOKENS,
                "--partitions",
                "3",
                corpus.folder().toString());
        Path staging = folder.resolve(".s.spark");
        Process first = cluster.submitted(arguments);
        while (first.isAlive() && done(staging).isEmpty()) {
            Thread.sleep(5);
        }
        first.toHandle().destroyForcibly();
        first.waitFor();
        Map<String, Long> done = done(staging);
        assertThat(done)
                .as("parts that were looked at when the process was killed")
                .isNotEmpty();
        assertThat(out).doesNotExist();

        Process second = cluster.submitted(arguments);
        Set<Long> seen = new TreeSet<>();
        String one = done.keySet().iterator().next();
        while (second.isAlive()) {
            Optional.ofNullable(done(staging).get(one)).ifPresent(seen::add);
            Thread.sleep(5);
        }
        assertThat(seen).as("when it was done").containsExactly(done.get(one));
        String told = cluster.told(second);
        assertThat(told)
                .contains("tokens to train on")
                .contains("bytes shuffled for each of")
                .endsWith("0");
        assertThat(ToyCorpus.contents(out)).isEqualTo(expected);
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /** When the parts that were looked at were done. */
    private static Map<String, Long> done(Path staging) {
        Map<String, Long> found = new TreeMap<>();
        String[] names = staging.toFile().list((_, name) -> name.startsWith("done-examined"));
        for (String name : names == null ? new String[0] : names) {
            long when = staging.resolve(name).toFile().lastModified();
            if (when > 0) {
                found.put(name, when);
            }
        }
        return found;
    }

    /** A path that every process sees as another folder, as a disk of each machine's own is. */
    @Test
    void an_output_that_executors_do_not_share_is_found_out_before_the_work() throws IOException {
        Path own = Path.of("/proc/self/cwd/target");
        Path out = own.resolve("unshared-" + ProcessHandle.current().pid());
        Set<String> phases = new TreeSet<>();
        assertThatThrownBy(() -> corpus.spark(
                        out, "", cluster.master(), 2, cluster.settings(), (_, _, what) -> phases.add(what)))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("is not the folder in which the job was started, as ")
                .hasMessageContaining("--out must lie on a file system that all executors share");
        assertThat(phases).containsExactly("look for the shared folder");
        io.github.coda4j.files.AtomicFiles.deleteLeftover(
                Path.of("target/.unshared-" + ProcessHandle.current().pid() + ".spark"));
    }
}
