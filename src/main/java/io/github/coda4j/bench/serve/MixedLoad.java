package io.github.coda4j.bench.serve;

import io.github.coda4j.bench.serve.ServeReport.Mixed;
import io.github.coda4j.bench.serve.ServeReport.Percentiles;
import io.github.coda4j.bench.serve.Task.Answer;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Clients that ask without a pause for some time; some leave, some read slowly. Beside them the server's health. */
final class MixedLoad {
    private static final Duration ALONE = Duration.ofSeconds(2);
    private static final int LEAVE_PERCENT = 15;
    private static final int SLOW_PERCENT = 15;
    private static final int SLOW_MILLIS = 40;
    private static final int LONGEST_STAY_MILLIS = 400;
    private static final int REFUSED_PAUSE_MILLIS = 200;
    private static final int HEALTH_PAUSE_MILLIS = 20;

    private final URI address;
    private final ServePlan plan;
    private final Duration alone;
    /** Tasks and their answers when nothing else runs. */
    private final Map<Task, String> expected;

    private final List<Task> tasks;

    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong left = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong hung = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicReference<String> example = new AtomicReference<>("");

    MixedLoad(URI address, ServePlan plan, Map<Task, String> expected) {
        this(address, plan, expected, ALONE);
    }

    /** @param alone how long the server's health is watched before the load */
    MixedLoad(URI address, ServePlan plan, Map<Task, String> expected, Duration alone) {
        this.address = address;
        this.plan = plan;
        this.alone = alone;
        this.expected = expected;
        this.tasks = List.copyOf(expected.keySet());
    }

    /** @param begins is run when the load begins */
    Mixed run(Runnable begins) throws InterruptedException {
        Percentiles healthAlone = percentiles(health(System.nanoTime() + alone.toNanos()));
        begins.run();
        long end = System.nanoTime() + plan.time().toNanos();
        List<Future<?>> clients = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            SplittableRandom seeds = new SplittableRandom(plan.seed());
            for (int i = 0; i < plan.clients(); i++) {
                SplittableRandom random = seeds.split();
                clients.add(threads.submit(() -> ask(random, end)));
            }
            Future<double[]> watching = threads.submit(() -> health(end));
            double[] health = Futures.get(watching);
            for (Future<?> client : clients) {
                Futures.get(client);
            }
            return new Mixed(
                    requests.get(),
                    answered.get(),
                    left.get(),
                    refused.get(),
                    hung.get(),
                    wrong.get(),
                    lost.get(),
                    example.get(),
                    healthAlone,
                    percentiles(health));
        }
    }

    static Percentiles percentiles(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Percentiles(
                sorted.length, at(sorted, 0.5), at(sorted, 0.99), sorted.length == 0 ? 0 : sorted[sorted.length - 1]);
    }

    /** The least value that so large a part of all is not above. */
    private static double at(double[] sorted, double part) {
        return sorted.length == 0 ? 0 : sorted[Math.max(0, (int) Math.ceil(part * sorted.length) - 1)];
    }

    private Void ask(SplittableRandom random, long end) throws InterruptedException {
        while (System.nanoTime() < end) {
            Task task = tasks.get(random.nextInt(tasks.size()));
            requests.incrementAndGet();
            int dice = random.nextInt(100);
            try {
                if (dice < LEAVE_PERCENT) {
                    leave(task, random.nextInt(LONGEST_STAY_MILLIS));
                } else {
                    boolean slow = task.stream() && dice < LEAVE_PERCENT + SLOW_PERCENT;
                    count(
                            task,
                            task.run(address, Math.toIntExact(plan.patience().toMillis()), slow ? SLOW_MILLIS : 0));
                }
            } catch (SocketTimeoutException e) {
                failed(hung, task, "no byte for " + plan.patience().toSeconds() + " s");
            } catch (IOException e) {
                failed(lost, task, e.getMessage());
            }
        }
        return null;
    }

    private void leave(Task task, int stay) throws IOException, InterruptedException {
        try (Exchange _ = Exchange.send(address, task.path(), task.body(), stay + 1)) {
            Thread.sleep(stay);
        }
        left.incrementAndGet();
    }

    private void count(Task task, Answer answer) throws InterruptedException {
        switch (answer.outcome()) {
            case REFUSED -> {
                refused.incrementAndGet();
                Thread.sleep(REFUSED_PAUSE_MILLIS);
            }
            case LOST -> failed(lost, task, answer.text());
            case ANSWERED -> {
                answered.incrementAndGet();
                if (!answer.text().equals(expected.get(task))) {
                    failed(wrong, task, "'" + answer.text() + "' instead of '" + expected.get(task) + "'");
                }
            }
        }
    }

    private void failed(AtomicLong counter, Task task, String what) {
        counter.incrementAndGet();
        example.compareAndSet("", task.path() + " " + task.body() + ": " + what);
    }

    private double[] health(long end) throws InterruptedException {
        List<Double> millis = new ArrayList<>();
        while (System.nanoTime() < end) {
            long begin = System.nanoTime();
            try (Exchange exchange = Exchange.send(
                    address, "/health", "", Math.toIntExact(plan.patience().toMillis()))) {
                if (exchange.status() != 200) {
                    example.compareAndSet("", "/health: " + exchange.status());
                    lost.incrementAndGet();
                }
                exchange.rest();
            } catch (IOException e) {
                example.compareAndSet("", "/health: " + e.getMessage());
                lost.incrementAndGet();
            }
            millis.add((System.nanoTime() - begin) / 1e6);
            Thread.sleep(HEALTH_PAUSE_MILLIS);
        }
        return millis.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
