package io.github.coda4j.cli.serve;

import io.github.coda4j.testkit.ClosingContract;
import java.util.List;

class ServeCommandClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(new Case("RequestLog", _ -> new RequestLog(String::isEmpty)));
    }
}
