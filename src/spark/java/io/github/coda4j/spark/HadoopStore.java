package io.github.coda4j.spark;

import io.github.coda4j.CodaException;
import io.github.coda4j.data.CorpusSlice;
import io.github.coda4j.data.CorpusStore;
import io.github.coda4j.data.LocalStore;
import io.github.coda4j.files.AtomicFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SerializableWritable;

/**
 * Files as a cluster sees them: those whose names have a scheme ({@code hdfs://}, {@code s3a://}, {@code file:///}) by
 * Hadoop, others as each machine sees them, from the folder in which the job was started on. Folders are walked in the
 * order and with the omissions of those of one machine.
 */
final class HadoopStore implements CorpusStore, Serializable {
    private static final long serialVersionUID = 1;
    private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9]+:/");
    private static final Set<String> PASSED_OVER = Set.of("node_modules", "__pycache__");

    private final SerializableWritable<Configuration> configuration;
    private final String home = java.nio.file.Path.of("").toAbsolutePath().toString();

    HadoopStore(Configuration configuration) {
        this.configuration = new SerializableWritable<>(configuration);
    }

    static boolean isRemote(String file) {
        return SCHEME.matcher(file).lookingAt();
    }

    /** Where a file without a scheme lies: executors work in folders of their own. */
    java.nio.file.Path here(String file) {
        return java.nio.file.Path.of(home).resolve(file);
    }

    private FileSystem system(Path path) throws IOException {
        return path.getFileSystem(configuration.value());
    }

    @Override
    public void list(List<String> inputs, Consumer<CorpusSlice> sink) {
        for (String input : inputs) {
            if (isRemote(input)) {
                listRemote(input, sink);
            } else {
                new LocalStore().list(List.of(input), sink);
            }
        }
    }

    private void listRemote(String input, Consumer<CorpusSlice> sink) {
        try {
            Path path = new Path(input);
            FileSystem system = system(path);
            FileStatus[] found = system.globStatus(path);
            if (found == null || found.length == 0) {
                throw CodaException.of("there is no file or folder %s", input);
            }
            boolean named = found.length == 1 && found[0].isFile();
            for (FileStatus one : sorted(found)) {
                walk(system, one, named, sink);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new CodaException("cannot list " + input + ": " + firstLine(e), e);
        }
    }

    private static FileStatus[] sorted(FileStatus[] list) {
        Arrays.sort(list, Comparator.comparing(one -> one.getPath().getName()));
        return list;
    }

    private void walk(FileSystem system, FileStatus one, boolean named, Consumer<CorpusSlice> sink) {
        String name = one.getPath().toString();
        if (one.isFile()) {
            sink.accept(CorpusSlice.whole(name, one.getLen(), one.getModificationTime(), named));
            return;
        }
        try {
            for (FileStatus child : sorted(system.listStatus(one.getPath()))) {
                String childName = child.getPath().getName();
                boolean passed = child.isDirectory() && (childName.startsWith(".") || PASSED_OVER.contains(childName));
                if (!passed) {
                    walk(system, child, false, sink);
                }
            }
        } catch (IOException e) {
            sink.accept(CorpusSlice.unreadable(name, firstLine(e)));
        }
    }

    /** Libraries of file systems put stack traces into their messages. */
    private static String firstLine(Exception e) {
        String said = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return said.lines().findFirst().orElse(said);
    }

    @Override
    public InputStream open(String file, long from) throws IOException {
        if (!isRemote(file)) {
            return new LocalStore().open(here(file).toString(), from);
        }
        Path path = new Path(file);
        FSDataInputStream in = system(path).open(path);
        try {
            in.seek(from);
            return in;
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    @Override
    public void lend(String file, Use use) throws IOException {
        if (!isRemote(file)) {
            new LocalStore().lend(here(file).toString(), use);
            return;
        }
        java.nio.file.Path copy = Files.createTempFile("coda-corpus-", ".zip");
        try {
            Path path = new Path(file);
            system(path).copyToLocalFile(false, path, new Path(copy.toUri()), true);
            use.of(copy);
        } finally {
            AtomicFiles.deleteLeftover(copy);
        }
    }
}
