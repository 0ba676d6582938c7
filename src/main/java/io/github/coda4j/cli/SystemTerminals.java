package io.github.coda4j.cli;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.spi.SystemStream;
import org.jline.terminal.spi.TerminalProvider;
import org.slf4j.LoggerFactory;

/** The terminals of this process, through JLine. */
final class SystemTerminals implements Terminals {
    /** In order of preference: foreign functions, then the programs {@code tty} and {@code stty}. */
    private static final List<String> PROVIDERS = List.of("ffm", "exec");

    private final StandardError error;

    SystemTerminals(StandardError error) {
        this.error = error;
    }

    @Override
    public boolean isTerminal(SystemStream stream) {
        error.takeBack();
        return provider()
                .map(provider -> provider.isSystemStream(stream))
                .orElseGet(() -> System.console() != null && System.console().isTerminal());
    }

    @Override
    public int width(SystemStream stream) {
        return isTerminal(stream)
                ? provider().map(provider -> provider.systemStreamWidth(stream)).orElse(0)
                : 0;
    }

    private static Optional<TerminalProvider> provider() {
        for (String name : PROVIDERS) {
            try {
                return Optional.of(TerminalProvider.load(name));
            } catch (IOException | RuntimeException | LinkageError e) {
                LoggerFactory.getLogger(SystemTerminals.class).info("terminal provider {} cannot be used", name, e);
            }
        }
        return Optional.empty();
    }

    @Override
    public Terminal open(boolean handlesInterrupts) {
        error.takeBack();
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
