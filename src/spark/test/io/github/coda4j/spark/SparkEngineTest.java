package io.github.coda4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.data.Account;
import io.github.coda4j.data.Avoiding;
import io.github.coda4j.data.Comments;
import io.github.coda4j.data.CorpusEngine;
import io.github.coda4j.data.CorpusOptions;
import io.github.coda4j.data.CorpusReader;
import io.github.coda4j.data.Excludes;
import io.github.coda4j.data.Fate;
import io.github.coda4j.data.Manifest;
import io.github.coda4j.data.WordCounts;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.train.RankGroup;
import io.github.coda4j.train.RunFolder;
import io.github.coda4j.train.TrainConfig;
import io.github.coda4j.train.Training;
import io.github.coda4j.train.TrainingListener;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The same corpus through both engines. */
@Tag("slow")
@Timeout(900)
class SparkEngineTest {
    private static final CorpusReader.Listener NOBODY = (_, _, _) -> {};

    @TempDir
    static Path shared;

    private static ToyCorpus corpus;
    private static Account account;
    private static Map<String, String> expected;

    @TempDir
    Path folder;

    @BeforeAll
    static void tokenizeHere() throws IOException {
        corpus = ToyCorpus.make(shared.resolve("corpus"));
        account = corpus.local(shared.resolve("local"));
        expected = ToyCorpus.contents(shared.resolve("local"));
        assertThat(account.documents(Fate.DUPLICATE)).isGreaterThan(10);
        assertThat(account.documents(Fate.NEAR_DUPLICATE)).isGreaterThan(40);
        assertThat(account.documents(Fate.UNREADABLE)).isEqualTo(2);
        assertThat(expected)
                .as("two shards of a split")
                .containsKey("train-00001.tokens")
                .hasSizeGreaterThan(8);
    }

    @Test
    void the_shards_and_the_manifest_are_the_same_bytes_however_the_corpus_is_cut() throws IOException {
        for (int partitions : new int[] {1, 2, 7}) {
            Path out = folder.resolve("s" + partitions);
            CorpusEngine.Tokenized done = corpus.spark(out, "", "local[2]", partitions, Map.of(), NOBODY);
            assertThat(ToyCorpus.contents(out)).as(partitions + " parts").isEqualTo(expected);
            assertThat(done.account().lines()).isEqualTo(account.lines());
            assertThat(done.notes()).anyMatch(note -> note.matches("near duplicates: [1-9]\\d* bytes shuffled .*"));
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(Path::getFileName).map(Path::toString)).containsExactlyInAnyOrder("s1", "s2", "s7");
        }
        assertThat(trained(folder.resolve("s7"), "there"))
                .isEqualTo(trained(shared.resolve("local"), "here"))
                .containsKeys("loss", "held-out loss")
                .containsEntry("steps", "3");
    }

    /** What a training says of itself at its end, but for its speed. */
    private Map<String, String> trained(Path shards, String name) throws IOException {
        Path config = Files.writeString(
                folder.resolve(name + ".yaml"), """
                stage: pretrain
                out: %s
                model: {preset: coda-tiny, tokenizer: %s}
                data: {shards: %s, length: 48}
                batch: {rows: 4}
                optimizer: {name: adamw}
                schedule: {steps: 3, peak: 1e-3}
                compute: {precision: fp32, threads: 1}
                evaluation: {every: 3, sequences: 5}
                metrics: {report: false, tensorboard: false}
                """.formatted(folder.resolve(name), ToyCorpus.TOKENIZER, shards));
        try (RankGroup ranks = RankGroup.alone(Device.CPU)) {
            Map<String, String> facts =
                    new TreeMap<>(Training.open(TrainConfig.read(config, List.of()), ranks, TrainingListener.NONE)
                            .run(RunFolder.Resume.NO, () -> false)
                            .facts());
            facts.keySet().retainAll(List.of("steps", "loss", "held-out loss"));
            return facts;
        }
    }

    @Test
    void tasks_that_fail_once_and_files_as_hadoop_sees_them_change_nothing() throws IOException {
        Path out = folder.resolve("s");
        Map<String, String> flaky = Map.of("spark.hadoop.fs.flaky.impl", FlakyFileSystem.class.getName());
        corpus.spark(out, "flaky://", "local[2]", 5, flaky, NOBODY);
        Map<String, String> found = ToyCorpus.contents(out);
        found.computeIfPresent(Manifest.FILE, (_, text) -> text.replace("flaky:/", "/"));
        assertThat(found).isEqualTo(expected);
        assertThat(FlakyFileSystem.FAILURES).as("tasks that failed").hasValueGreaterThan(3);
    }

    @Test
    void a_job_that_was_ended_goes_on_with_what_is_complete() throws IOException {
        Path out = folder.resolve("s");
        Path staging = folder.resolve(".s.spark");
        assertThatThrownBy(() -> corpus.spark(out, "", "local[2]", 7, Map.of(), (_, _, what) -> {
                    if (what.equals("tokenize")) {
                        throw new CancellationException("killed");
                    }
                }))
                .isInstanceOf(CancellationException.class);
        assertThat(out).doesNotExist();
        Map<String, Long> before = examined(staging);
        assertThat(before).hasSize(7);
        Map<String, Long> after = new TreeMap<>();
        // By its size this corpus would be one part, but it is cut already.
        corpus.spark(out, "", "local[2]", 0, Map.of(), (done, all, what) -> {
            if (what.equals("look at documents") && done == all) {
                after.putAll(examined(staging));
            }
        });
        assertThat(after).isEqualTo(before);
        assertThat(ToyCorpus.contents(out)).isEqualTo(expected);
        assertThat(staging).doesNotExist();
    }

    @Test
    void a_job_does_not_go_on_with_what_was_kept_away_from_something_else() throws IOException {
        Path set = folder.resolve("set.jsonl");
        Files.writeString(set, "{\"text\": \"" + ToyCorpus.code(7, 9).replace("\n", " ") + "\"}\n");
        assertThatThrownBy(() -> tokenize(awayFrom(set), (_, _, what) -> {
                    if (what.equals("tokenize")) {
                        throw new CancellationException("killed");
                    }
                }))
                .isInstanceOf(CancellationException.class);
        String two = ToyCorpus.code(8, 9) + ToyCorpus.code(9, 9);
        Files.writeString(set, "{\"text\": \"" + two.replace("\n", " ") + "\"}\n");
        Account here = new CorpusReader(awayFrom(set), 0, 2).read(NOBODY, document -> document, document -> {});
        assertThat(here.documents(Fate.CONTAMINATED)).isGreaterThan(2);
        Account there = tokenize(awayFrom(set), NOBODY).account();
        assertThat(there.lines()).isEqualTo(here.lines());
        assertThat(there.told()).isEqualTo(here.told()).endsWith(": set.jsonl " + here.documents(Fate.CONTAMINATED));
    }

    private static CorpusOptions awayFrom(Path set) {
        CorpusOptions all =
                CorpusOptions.of(List.of(corpus.folder().resolve("code").toString()));
        Avoiding avoiding = new Avoiding(List.of(), Avoiding.LIKENESS, List.of(set.toString()), Avoiding.RUN_WORDS);
        return new CorpusOptions(
                all.inputs(),
                all.languages(),
                all.textField(),
                all.pathField(),
                all.licenseField(),
                all.licenses(),
                all.defaultLicense(),
                new Excludes(List.of(), Set.of(), avoiding),
                all.minBytes(),
                all.maxBytes(),
                all.nearDuplicate());
    }

    private static Map<String, Long> examined(Path staging) {
        try (Stream<Path> files = Files.list(staging)) {
            return files.filter(file -> file.getFileName().toString().startsWith("done-examined"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString(),
                            file -> file.toFile().lastModified()));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void pieces_of_text_are_counted_as_one_process_counts_them() {
        WordCounts here = new WordCounts();
        Account local = new CorpusReader(corpus.options(""), 0, 2)
                .read(
                        NOBODY,
                        document -> {
                            WordCounts counts = new WordCounts();
                            if (document.sampled(0.5)) {
                                counts.addText(document.text());
                            }
                            return counts;
                        },
                        here::addAll);
        long bytes = new CorpusReader(corpus.options(""), 0, 1).totalBytes();
        CorpusEngine.Work work =
                new CorpusEngine.Work(corpus.options(""), 0, Optional.of("local[2]"), OptionalInt.of(3), Map.of());
        CorpusEngine.Counted there = new SparkEngine().count(work, bytes / 2, folder.resolve("t"), NOBODY);
        assertThat(pieces(there.counts())).isEqualTo(pieces(here)).hasSizeGreaterThan(10);
        assertThat(there.account().lines()).isEqualTo(local.lines());
        assertThat(folder).isEmptyDirectory();
    }

    private static Map<String, Long> pieces(WordCounts counts) {
        Map<String, Long> pieces = new TreeMap<>();
        counts.forEach(pieces::put);
        return pieces;
    }

    @Test
    void masters_that_are_not_there_or_are_none_are_told_at_once() {
        for (String none : List.of("loca[2]", "spark://host", "hdfs://x")) {
            assertThatThrownBy(() -> corpus.spark(folder.resolve("s"), "", none, 1, Map.of(), NOBODY))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + none + "'");
        }
        assertThatThrownBy(() -> corpus.spark(folder.resolve("s"), "", "spark://127.0.0.1:1", 1, Map.of(), NOBODY))
                .isInstanceOf(CodaException.class)
                .hasMessageStartingWith("no Spark master answers at spark://127.0.0.1:1: ");
        assertThatThrownBy(() -> corpus.spark(folder.resolve("s"), "", "yarn", 1, Map.of(), NOBODY))
                .isInstanceOf(CodaException.class)
                .hasMessageStartingWith("Spark does not start with master yarn: ")
                .hasMessageEndingWith("; it is reached through spark-submit (recipes/spark)");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void a_corpus_without_the_column_and_one_that_is_not_there_are_told_with_their_names() throws IOException {
        AtomicInteger tasks = new AtomicInteger();
        CorpusOptions columns = CorpusOptions.of(List.of("src/test/resources/parquet/messages.parquet"));
        assertThatThrownBy(() -> tokenize(columns, (_, _, _) -> tasks.incrementAndGet()))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("1 without text in the field that is read (no column \"text\" (has: messages)");
        assertThat(tasks).hasPositiveValue();
        CorpusOptions missing = CorpusOptions.of(List.of("file:///none/at/all"));
        assertThatThrownBy(() -> tokenize(missing, NOBODY))
                .isInstanceOf(CodaException.class)
                .hasMessage("there is no file or folder file:///none/at/all");
        assertThat(folder).as("nothing is left").isEmptyDirectory();
    }

    @Test
    void without_spark_on_the_class_path_the_profile_is_named() throws Exception {
        List<URL> without = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!entry.contains("spark-core")) {
                without.add(Path.of(entry).toUri().toURL());
            }
        }
        try (URLClassLoader loader =
                new URLClassLoader(without.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Class<?> engine = loader.loadClass(SparkEngine.class.getName());
            assertThat(engine.getConstructor().newInstance()).isNotNull();
            Method require = engine.getDeclaredMethod("requireSpark");
            require.setAccessible(true);
            assertThatThrownBy(() -> require.invoke(null))
                    .hasRootCauseInstanceOf(ClassNotFoundException.class)
                    .cause()
                    .hasMessageContaining("Apache Spark is not on the class path: build with Maven's profile `spark`");
        }
    }

    private CorpusEngine.Tokenized tokenize(CorpusOptions options, CorpusReader.Listener listener) {
        CorpusEngine.Work work =
                new CorpusEngine.Work(options, 0, Optional.of("local[1]"), OptionalInt.of(2), Map.of());
        return new SparkEngine()
                .tokenize(
                        work,
                        new CorpusEngine.Text(Comments.KEEP),
                        ToyCorpus.TOKENIZER,
                        folder.resolve("s"),
                        1000,
                        false,
                        listener);
    }
}
