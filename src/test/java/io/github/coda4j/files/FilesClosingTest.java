package io.github.coda4j.files;

import io.github.coda4j.testkit.ClosingContract;
import java.nio.charset.StandardCharsets;
import java.util.List;

class FilesClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(
                new Case("JsonValues", _ -> JsonValues.of("1 2".getBytes(StandardCharsets.UTF_8), "a test", 1)),
                new Case("FolderLock", folder -> FolderLock.acquire(folder.resolve(".lock"), "tests")),
                new Case("WholeFolder", folder -> {
                    WholeFolder whole = WholeFolder.create(folder.resolve("x"), "a test", _ -> true, false);
                    java.nio.file.Files.writeString(whole.file("part"), "x");
                    return whole;
                }),
                new Case("FileOutput$1", folder -> FileOutput.create(folder.resolve("x"))));
    }
}
