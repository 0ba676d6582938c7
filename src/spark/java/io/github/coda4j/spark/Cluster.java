package io.github.coda4j.spark;

import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.data.CorpusEngine;
import io.github.coda4j.data.CorpusReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/** A running Spark: how it is reached, set up, asked and left. */
final class Cluster implements AutoCloseable {
    private static final Pattern LOCAL = Pattern.compile("local(?:\\[(\\d+|\\*)(?:,\\s*(\\d+))?\\])?");
    private static final Pattern STANDALONE = Pattern.compile("spark://([^/]+)/?");
    private static final int CONNECT_MILLIS = 5000;
    private static final int POLL_MILLIS = 100;
    private static final int TRIES = 4;
    private static final int CAUSES = 20;

    private final JavaSparkContext spark;
    private final Watch watch = new Watch();
    private final CorpusReader.Listener listener;
    private final List<Path> temporary;
    private final Closing closing = new Closing();

    private Cluster(JavaSparkContext spark, CorpusReader.Listener listener, List<Path> temporary) {
        this.spark = spark;
        this.listener = listener;
        this.temporary = temporary;
        spark.sc().addSparkListener(watch);
    }

    /**
     * Starts, or reaches, the machines.
     *
     * @throws CodaException when there is no such master, or it does not answer
     * @throws IllegalArgumentException when the master's name is none
     */
    static Cluster open(CorpusEngine.Work work, CorpusReader.Listener listener) {
        SparkConf conf = new SparkConf();
        String master = work.master().orElseGet(() -> conf.get("spark.master", "local[*]"));
        defaults(conf, master);
        conf.setMaster(checked(master));
        List<Path> temporary = new ArrayList<>();
        if (!LOCAL.matcher(master).matches() && !conf.contains("spark.jars")) {
            conf.set("spark.jars", String.join(",", ownJars(temporary)));
        }
        work.settings().forEach(conf::set);
        try {
            return new Cluster(new JavaSparkContext(conf), listener, temporary);
        } catch (Exception e) {
            throw new CodaException(
                    "Spark does not start with master " + master + ": " + said(e)
                            + (master.startsWith("k8s://") || master.equals("yarn")
                                    ? "; it is reached through spark-submit (recipes/spark)"
                                    : ""),
                    e);
        }
    }

    /** What is set unless something else is, by spark-submit or by name. */
    private static void defaults(SparkConf conf, String master) {
        conf.setIfMissing("spark.app.name", "coda4j");
        conf.setIfMissing("spark.ui.enabled", "false");
        conf.setIfMissing("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
        // Speculative copies write what the others write; what is not needed any more need not be waited for.
        conf.setIfMissing("spark.driver.maxResultSize", "0");
        conf.setIfMissing("spark.scheduler.minRegisteredResourcesRatio", "1.0");
        conf.setIfMissing("spark.scheduler.maxRegisteredResourcesWaitingTime", "20s");
        if (LOCAL.matcher(master).matches()) {
            conf.setIfMissing("spark.driver.host", "127.0.0.1");
            conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
        }
    }

    /** The master as Spark wants it: tasks are tried again on one machine too. */
    private static String checked(String master) {
        Matcher local = LOCAL.matcher(master);
        if (local.matches()) {
            String threads = Optional.ofNullable(local.group(1)).orElse("1");
            return "local[" + threads + ","
                    + Optional.ofNullable(local.group(2)).orElse(TRIES + "") + "]";
        }
        Matcher standalone = STANDALONE.matcher(master);
        if (standalone.matches()) {
            requireAnswer(master, standalone.group(1).split(","));
        } else if (!master.startsWith("k8s://") && !master.equals("yarn") && !master.startsWith("local-cluster")) {
            throw new IllegalArgumentException("'" + master + "' is no master: --engine spark takes local, local[N], "
                    + "local[*], spark://HOST:PORT, and k8s://URL and yarn through spark-submit");
        }
        return master;
    }

    /** Spark itself would ask for a minute and then end the process. */
    private static void requireAnswer(String master, String... addresses) {
        String why = "";
        for (String address : addresses) {
            int colon = address.lastIndexOf(':');
            if (colon < 0 || !address.substring(colon + 1).matches("\\d{1,5}")) {
                throw new IllegalArgumentException("'" + master + "' needs a port: spark://HOST:PORT");
            }
            try (Socket socket = new Socket()) {
                socket.connect(
                        new InetSocketAddress(
                                address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
                        CONNECT_MILLIS);
                return;
            } catch (IOException e) {
                why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            }
        }
        throw CodaException.of(
                "no Spark master answers at %s: %s; start one (recipes/spark), or take --engine spark=local[*]",
                master, why);
    }

    /** What executors need of this program: its own classes and those of the libraries that its work calls. */
    private static List<String> ownJars(List<Path> temporary) {
        Map<Path, String> jars = new LinkedHashMap<>();
        for (String one : List.of(
                "io.github.coda4j.CodaException",
                "io.github.coda4j.spark.Cluster",
                "com.knuddels.jtokkit.Encodings",
                "com.github.javaparser.JavaParser",
                "dev.hardwood.Hardwood",
                "com.fasterxml.jackson.databind.JsonNode",
                "com.fasterxml.jackson.core.JsonParser",
                "com.fasterxml.jackson.annotation.JsonProperty")) {
            try {
                CodeSource source = Class.forName(one, false, Cluster.class.getClassLoader())
                        .getProtectionDomain()
                        .getCodeSource();
                Path where = Path.of(source.getLocation().toURI());
                jars.computeIfAbsent(
                        where, place -> Files.isDirectory(place) ? packed(place, temporary) : place.toString());
            } catch (ClassNotFoundException | java.net.URISyntaxException e) {
                throw new IllegalStateException(one + " is not where classes are", e);
            }
        }
        return new ArrayList<>(jars.values());
    }

    private static String packed(Path classes, List<Path> temporary) {
        try {
            Path jar = Files.createTempFile("coda4j-", ".jar");
            temporary.add(jar);
            try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar));
                    Stream<Path> files = Files.walk(classes)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    out.putNextEntry(
                            new ZipEntry(classes.relativize(file).toString().replace('\\', '/')));
                    Files.copy(file, out);
                }
            }
            return jar.toString();
        } catch (IOException e) {
            throw new CodaException("cannot pack " + classes + " for the executors: " + e.getMessage(), e);
        }
    }

    JavaSparkContext spark() {
        return spark;
    }

    /** Bytes that tasks wrote for shuffles, so far. */
    long shuffled() {
        return watch.shuffled();
    }

    /**
     * Runs all tasks and gives their answers, in their order.
     *
     * @param what is done, for progress
     * @throws CodaException what a task met, when it met it again and again
     */
    List<byte[]> run(String what, JavaRDD<byte[]> tasks) {
        int all = tasks.getNumPartitions();
        spark.sc().setJobDescription(what);
        watch.begin();
        JavaFutureAction<List<byte[]>> action = tasks.collectAsync();
        try {
            while (true) {
                try {
                    List<byte[]> answers = action.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
                    watch.awaitEnd();
                    listener.at(all, all, what);
                    return answers;
                } catch (TimeoutException _) {
                    listener.at(Math.min(all - 1L, watch.tasks()), all, what);
                }
            }
        } catch (ExecutionException e) {
            throw problem(what, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted");
        } finally {
            action.cancel(true);
        }
    }

    /** A task's own problem, or Spark's on one line. */
    private static CodaException problem(String what, Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; i < CAUSES && cause.getCause() != null && !(cause instanceof CodaException); i++) {
            cause = cause.getCause();
        }
        return cause instanceof CodaException own
                ? new CodaException(own.getMessage(), failure)
                : new CodaException("Spark gave up (" + what + "): " + said(cause), failure);
    }

    private static String said(Throwable e) {
        String said = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return said.lines().findFirst().orElse(said);
    }

    @Override
    public void close() {
        closing.once(() -> {
            spark.close();
            temporary.forEach(file -> file.toFile().delete());
        });
    }
}
