package io.github.coda4j.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Consumer;

/** Files as this machine sees them. */
public final class LocalStore implements CorpusStore {
    @Override
    public void list(List<String> inputs, Consumer<CorpusSlice> sink) {
        CorpusFiles.visit(inputs, new CorpusFiles.Visitor() {
            @Override
            public void file(Path file, long size, boolean named) {
                sink.accept(CorpusSlice.whole(file.toString(), size, modified(file), named));
            }

            @Override
            public void unreadable(Path path, String why) {
                sink.accept(CorpusSlice.unreadable(path.toString(), why));
            }
        });
    }

    private static long modified(Path file) {
        return file.toFile().lastModified();
    }

    @Override
    public InputStream open(String file, long from) throws IOException {
        Path path = Path.of(file);
        if (from == 0) {
            return Files.newInputStream(path);
        }
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            return Channels.newInputStream(channel.position(from));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void lend(String file, Use use) throws IOException {
        use.of(Path.of(file));
    }
}
