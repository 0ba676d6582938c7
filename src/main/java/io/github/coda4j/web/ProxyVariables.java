package io.github.coda4j.web;

import static io.github.coda4j.Checks.check;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Proxies as the environment names them: HTTPS_PROXY, HTTP_PROXY and ALL_PROXY for what no other names, each like
 * {@code http://user:password@host:port}, and NO_PROXY, a list of hosts, domains, addresses ({@code 10.0.0.0/8}) or
 * {@code *}, with or without a port. Small letters do as well. This machine itself is never asked for through a proxy.
 * Without any of them the system properties of the JVM count, such as {@code https.proxyHost}.
 *
 * <p>A name and a password are sent on the way to an https address only where the system property
 * {@code jdk.http.auth.tunneling.disabledSchemes} is empty, as the launcher sets it.
 */
public final class ProxyVariables {
    /** No variables: the JVM's own settings. */
    public static final ProxyVariables NONE = new ProxyVariables(Map.of(), List.of());

    private static final String LIST = "NO_PROXY";
    private static final String ALL = "ALL_PROXY";
    private static final int DEFAULT_PORT = 80;

    /** By scheme. */
    private final Map<String, Named> proxies;

    private final List<String> exceptions;

    /**
     * A proxy.
     *
     * @param variable what names it
     * @param login {@code NAME:PASSWORD}
     */
    private record Named(String variable, String host, int port, Optional<String> login) {
        Proxy proxy() {
            return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(host, port));
        }

        /** Without the password. */
        @Override
        public String toString() {
            return host + ":" + port + " of " + variable;
        }
    }

    private ProxyVariables(Map<String, Named> proxies, List<String> exceptions) {
        this.proxies = Map.copyOf(proxies);
        this.exceptions = List.copyOf(exceptions);
    }

    /** @throws IllegalArgumentException naming the variable whose value is no address of a proxy that can be used */
    public static ProxyVariables of(Map<String, String> environment) {
        Map<String, Named> proxies = new HashMap<>();
        for (String scheme : List.of("https", "http")) {
            String own = scheme.toUpperCase(Locale.ROOT) + "_PROXY";
            find(environment, own)
                    .or(() -> find(environment, ALL))
                    .ifPresent(variable -> proxies.put(
                            scheme, parse(variable, environment.get(variable).strip())));
        }
        String list = find(environment, LIST).map(environment::get).orElse("");
        return new ProxyVariables(
                proxies,
                Arrays.stream(list.split("[,\\s]+"))
                        .filter(entry -> !entry.isEmpty())
                        .toList());
    }

    /** The name under which a variable is set, in capitals or in small letters. */
    private static Optional<String> find(Map<String, String> environment, String name) {
        return List.of(name, name.toLowerCase(Locale.ROOT)).stream()
                .filter(known -> !environment.getOrDefault(known, "").isBlank())
                .findFirst();
    }

    private static Named parse(String variable, String value) {
        String expected = variable + " must be the address of an HTTP proxy, like http://proxy.example.org:3128";
        try {
            URI address = new URI(value.contains("://") ? value : "http://" + value);
            check(
                    "http".equalsIgnoreCase(address.getScheme()),
                    "%s; %s:// is not supported",
                    expected,
                    address.getScheme());
            check(address.getHost() != null, "%s", expected);
            int port = address.getPort() < 0 ? DEFAULT_PORT : address.getPort();
            return new Named(
                    variable, unbracketed(address.getHost()), port, Optional.ofNullable(address.getUserInfo()));
        } catch (URISyntaxException e) {
            // The value may hold a password.
            throw new IllegalArgumentException(expected + " (a special character in a password is written %XX)", e);
        }
    }

    /** The proxy and its variable, for messages: {@code " through the proxy HOST:PORT of HTTPS_PROXY"}, or nothing. */
    public String through(URI address) {
        return proxyOf(address).map(named -> " through the proxy " + named).orElse("");
    }

    /** Chooses by the variables. */
    public ProxySelector selector() {
        ProxySelector jvm = ProxySelector.getDefault();
        return new ProxySelector() {
            @Override
            public List<Proxy> select(URI address) {
                if (proxies.isEmpty()) {
                    return jvm == null ? List.of(Proxy.NO_PROXY) : jvm.select(address);
                }
                return List.of(proxyOf(address).map(Named::proxy).orElse(Proxy.NO_PROXY));
            }

            @Override
            public void connectFailed(URI address, SocketAddress proxy, IOException e) {
                if (proxies.isEmpty() && jvm != null) {
                    jvm.connectFailed(address, proxy, e);
                }
            }
        };
    }

    /** The value of the Proxy-Authorization header, for a proxy that has a name and a password. */
    public Optional<String> login(URI address) {
        return proxyOf(address).flatMap(Named::login).map(login -> {
            byte[] bytes = login.getBytes(StandardCharsets.UTF_8);
            return "Basic " + Base64.getEncoder().encodeToString(bytes);
        });
    }

    private Optional<Named> proxyOf(URI address) {
        if (address.getHost() == null || address.getScheme() == null) {
            return Optional.empty();
        }
        String host = unbracketed(address.getHost()).toLowerCase(Locale.ROOT);
        String scheme = address.getScheme().toLowerCase(Locale.ROOT);
        int port = address.getPort() >= 0 ? address.getPort() : scheme.equals("https") ? 443 : 80;
        boolean direct = isThisMachine(host) || exceptions.stream().anyMatch(entry -> matches(entry, host, port));
        return direct ? Optional.empty() : Optional.ofNullable(proxies.get(scheme));
    }

    private static boolean isThisMachine(String host) {
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || literal(host).filter(InetAddress::isLoopbackAddress).isPresent();
    }

    private static boolean matches(String entry, String host, int port) {
        String rule = entry.toLowerCase(Locale.ROOT);
        // The last colon is a port's, unless the whole is an address of version 6.
        int colon = literal(unbracketed(rule)).isPresent() ? -1 : rule.lastIndexOf(':');
        if (colon >= 0 && rule.substring(colon + 1).matches("\\d{1,5}")) {
            if (Integer.parseInt(rule.substring(colon + 1)) != port) {
                return false;
            }
            rule = rule.substring(0, colon);
        }
        if (rule.equals("*")) {
            return true;
        }
        if (rule.contains("/")) {
            return isInNetwork(rule, host);
        }
        String domain = unbracketed(rule).replaceFirst("^\\*?\\.", "");
        return !domain.isEmpty() && (host.equals(domain) || host.endsWith("." + domain));
    }

    /** Whether the host is an address of the network, {@code ADDRESS/BITS}. */
    private static boolean isInNetwork(String network, String host) {
        String[] parts = network.split("/", 2);
        Optional<InetAddress> of = literal(parts[0]);
        Optional<InetAddress> asked = literal(host);
        if (of.isEmpty() || asked.isEmpty() || !parts[1].matches("\\d{1,3}")) {
            return false;
        }
        byte[] prefix = of.get().getAddress();
        byte[] address = asked.get().getAddress();
        int bits = Integer.parseInt(parts[1]);
        if (prefix.length != address.length || bits > prefix.length * Byte.SIZE) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> bit % Byte.SIZE;
            if (((prefix[bit / Byte.SIZE] ^ address[bit / Byte.SIZE]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    /** The address that a text of digits means; asks nobody for names. */
    private static Optional<InetAddress> literal(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }
}
