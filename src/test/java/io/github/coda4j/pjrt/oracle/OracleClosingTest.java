package io.github.coda4j.pjrt.oracle;

import io.github.coda4j.testkit.ClosingContract;
import io.github.coda4j.testkit.ScriptedBackend;
import java.util.List;

class OracleClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(new Case("JavaPlugin", _ -> new JavaPlugin(new ScriptedBackend(1, all -> all))));
    }
}
