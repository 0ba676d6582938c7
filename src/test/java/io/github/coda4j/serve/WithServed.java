package io.github.coda4j.serve;

import io.github.coda4j.serve.Client.Reply;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests of one class against a server of their own, which its tests share. */
abstract class WithServed {
    private static Served served;

    @BeforeAll
    static void start() {
        served = new Served();
    }

    @AfterAll
    static void stop() {
        served.close();
    }

    static Served served() {
        return served;
    }

    static Reply post(String path, String json) {
        return served.client().post(path, json);
    }
}
