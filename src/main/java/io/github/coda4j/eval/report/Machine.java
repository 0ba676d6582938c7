package io.github.coda4j.eval.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.TextFiles;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What a measurement ran on. */
public final class Machine {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    private Machine() {}

    /** Processor, memory, operating system and Java. */
    public static ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        processor().ifPresent(name -> json.put("processor", name));
        json.put("processors", Runtime.getRuntime().availableProcessors());
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system) {
            json.put("memory_bytes", system.getTotalMemorySize());
        }
        return json.put("architecture", System.getProperty("os.arch"))
                .put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"))
                .put("java", Runtime.version().toString());
    }

    /** As Linux names it. */
    private static Optional<String> processor() {
        if (!Files.isReadable(PROCESSORS)) {
            return Optional.empty();
        }
        try {
            return TextFiles.read(PROCESSORS)
                    .lines()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (CodaException _) {
            return Optional.empty();
        }
    }
}
