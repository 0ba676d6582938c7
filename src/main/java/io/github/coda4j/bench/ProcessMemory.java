package io.github.coda4j.bench;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** This process's memory in bytes, where the system tells. */
public final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final String RESET_HIGHEST = "5";

    private ProcessMemory() {}

    /**
     * What is resident, and what it is made of.
     *
     * @param resident all of it
     * @param files of it pages of files, see {@link #ofFiles}
     * @param heap what the Java heap has been given, most of it resident
     * @param used of that what objects took when this was read, those that nobody needs any more included
     */
    public record Parts(long resident, long files, long heap, long used) {
        /** The rest: native memory, code, threads. */
        public long other() {
            return Math.max(0, resident - files - heap);
        }
    }

    /** What is resident now by its parts; empty where the system does not tell. */
    public static Optional<Parts> parts() {
        OptionalLong resident = resident();
        OptionalLong files = ofFiles();
        if (resident.isEmpty() || files.isEmpty()) {
            return Optional.empty();
        }
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        return Optional.of(new Parts(resident.getAsLong(), files.getAsLong(), heap.getCommitted(), heap.getUsed()));
    }

    /** What is resident now; empty where the system does not tell. */
    public static OptionalLong resident() {
        return line("VmRSS");
    }

    /** What of {@link #resident} are pages of files, which the system may drop: libraries and what is mapped. */
    public static OptionalLong ofFiles() {
        return line("RssFile");
    }

    /** The most that was resident since the start or {@link #resetHighest}. */
    public static OptionalLong highest() {
        return line("VmHWM");
    }

    /** Lets {@link #highest} start from now; where the system does not allow that, it goes on. */
    public static void resetHighest() {
        if (!Files.isWritable(CLEAR)) {
            return;
        }
        try {
            Files.writeString(CLEAR, RESET_HIGHEST);
        } catch (IOException e) {
            throw new CodaException("cannot write " + CLEAR + ": " + e.getMessage(), e);
        }
    }

    private static OptionalLong line(String name) {
        if (!Files.exists(STATUS)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(name + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")) * 1024)
                    .findFirst();
        } catch (IOException e) {
            throw new CodaException("cannot read " + STATUS + ": " + e.getMessage(), e);
        }
    }
}
