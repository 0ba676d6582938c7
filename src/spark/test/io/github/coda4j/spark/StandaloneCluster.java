package io.github.coda4j.spark;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A master and two workers of one core each on 127.0.0.1; their processes end with it. */
final class StandaloneCluster {
    private static final long START_MILLIS = 240_000;
    private static final String MASTER = "deploy.master.Master";

    private final Path home;
    private final List<Process> processes = new ArrayList<>();
    private final int port;

    private StandaloneCluster(Path home, int port) {
        this.home = home;
        this.port = port;
    }

    static StandaloneCluster start(Path folder) throws IOException, InterruptedException {
        Path jars = Files.createDirectories(folder.resolve("jars"));
        int number = 0;
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            // Not this project's own classes: these the job brings.
            if (entry.endsWith(".jar")) {
                Files.createSymbolicLink(
                        jars.resolve(number++ + "-" + Path.of(entry).getFileName()),
                        Path.of(entry).toAbsolutePath());
            }
        }
        StandaloneCluster cluster = new StandaloneCluster(folder, freePort());
        try {
            cluster.launch(MASTER, "--host", "127.0.0.1", "--port", "" + cluster.port, "--webui-port", "0");
            cluster.awaitMaster();
            // Under two names, as two machines: a task is copied to another machine only.
            for (String host : List.of("127.0.0.1", "localhost")) {
                cluster.launch(
                        "deploy.worker.Worker",
                        "--host",
                        host,
                        "--cores",
                        "1",
                        "--memory",
                        "600m",
                        "--webui-port",
                        "0",
                        "--work-dir",
                        folder.resolve("work-" + host).toString(),
                        cluster.master());
            }
            cluster.awaitWorkers();
            return cluster;
        } catch (IOException | InterruptedException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void launch(String name, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-Dorg.slf4j.simpleLogger.log.org.apache.spark.deploy.master.Master=info",
                "-cp",
                home.resolve("jars") + "/*"));
        command.add("org.apache.spark." + name);
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve(name + processes.size() + ".log").toFile());
        builder.environment()
                .putAll(Map.of(
                        "SPARK_HOME",
                        home.toString(),
                        "JAVA_HOME",
                        System.getProperty("java.home"),
                        "SPARK_SCALA_VERSION",
                        "2.13",
                        "SPARK_LOCAL_IP",
                        "127.0.0.1"));
        processes.add(builder.start());
    }

    /** What the process of {@link #submitted} printed, and its code at the end. */
    String told(Process process) throws IOException, InterruptedException {
        boolean ended = process.waitFor(START_MILLIS, TimeUnit.MILLISECONDS);
        return Files.readString(home.resolve("submit.log")) + (ended ? process.exitValue() : "still at work");
    }

    /** Starts the job class by spark-submit, on two threads; see {@link #told}. */
    Process submitted(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx700m",
                "-XX:TieredStopAtLevel=1",
                "@scripts/spark-flags",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                System.getProperty("java.class.path"),
                "org.apache.spark.deploy.SparkSubmit",
                "--master",
                "local[2]",
                "--class",
                DataJob.class.getName(),
                "spark-internal"));
        command.addAll(arguments);
        Path log = home.resolve("submit.log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private void awaitMaster() throws InterruptedException {
        long until = System.currentTimeMillis() + START_MILLIS;
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
                return;
            } catch (IOException e) {
                if (System.currentTimeMillis() > until) {
                    throw new IllegalStateException("the master does not answer", e);
                }
                Thread.sleep(100);
            }
        }
    }

    /** The master tells of each worker in its log; it has an answer for a job from then on, also on a busy machine. */
    private void awaitWorkers() throws IOException, InterruptedException {
        long until = System.currentTimeMillis() + START_MILLIS;
        Path log = home.resolve(MASTER + "0.log");
        while (Files.readString(log).split("Registering worker", -1).length < 3) {
            if (System.currentTimeMillis() > until) {
                throw new IllegalStateException("the workers do not come: " + Files.readString(log));
            }
            Thread.sleep(100);
        }
    }

    String master() {
        return "spark://127.0.0.1:" + port;
    }

    /** Settings for a small job here. */
    Map<String, String> settings() {
        return Map.of(
                "spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
                "spark.driver.host", "127.0.0.1",
                "spark.driver.bindAddress", "127.0.0.1",
                "spark.executor.memory", "500m",
                "spark.scheduler.maxRegisteredResourcesWaitingTime", "120s",
                "spark.cores.max", "2");
    }

    /** Ends one executor, as a machine that fails does; says whether there was one. */
    boolean killExecutor() {
        for (Process worker : processes.subList(1, processes.size())) {
            for (ProcessHandle executor : worker.descendants().toList()) {
                return executor.destroyForcibly();
            }
        }
        return false;
    }

    /** Ends all processes. */
    void close() throws InterruptedException {
        for (Process process : processes.reversed()) {
            List<ProcessHandle> below = process.descendants().toList();
            process.destroyForcibly();
            below.forEach(ProcessHandle::destroyForcibly);
            process.waitFor(20, TimeUnit.SECONDS);
        }
    }
}
