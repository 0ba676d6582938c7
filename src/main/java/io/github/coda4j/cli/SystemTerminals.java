package io.github.coda4j.cli;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.spi.SystemStream;
import org.jline.terminal.spi.TerminalProvider;

/** The terminals of this process, through JLine. */
final class SystemTerminals implements Terminals {
    /** In order of preference: foreign functions, then the programs {@code tty} and {@code stty}. */
    private static final List<String> PROVIDERS = List.of("ffm", "exec");

    @Override
    public boolean isTerminal(SystemStream stream) {
        for (String provider : PROVIDERS) {
            try {
                return TerminalProvider.load(provider).isSystemStream(stream);
            } catch (IOException | RuntimeException | LinkageError e) {
                org.slf4j.LoggerFactory.getLogger(SystemTerminals.class)
                        .debug("terminal provider {} cannot be used", provider, e);
            }
        }
        return System.console() != null && System.console().isTerminal();
    }

    @Override
    public Terminal open(boolean handlesInterrupts) {
        try {
            return TerminalBuilder.builder()
                    .name("coda")
                    .system(true)
                    .dumb(true)
                    .providers(String.join(",", PROVIDERS))
                    .encoding(StandardCharsets.UTF_8)
                    .nativeSignals(handlesInterrupts)
                    .build();
        } catch (IOException e) {
            throw new CodaException("the terminal cannot be used: " + e.getMessage(), e);
        }
    }
}
