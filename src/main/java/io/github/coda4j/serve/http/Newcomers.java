package io.github.coda4j.serve.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.transport.Transport;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Connections that have not sent a whole first request yet. The server hears of a connection with its first request
 * only, and one that sends a byte now and then is not silent: so they are noted down where they are accepted.
 */
final class Newcomers implements Transport {
    /** By the other end's address. */
    private final Map<String, Newcomer> waiting = new ConcurrentHashMap<>();

    private record Newcomer(Channel channel, long sinceNanos) {}

    /** Notes who is accepted. */
    private final class NotingChannel extends NioServerSocketChannel {
        @Override
        protected int doReadMessages(List<Object> accepted) throws Exception {
            int before = accepted.size();
            int count = super.doReadMessages(accepted);
            for (Object one : accepted.subList(before, accepted.size())) {
                if (one instanceof Channel channel && channel.remoteAddress() instanceof InetSocketAddress from) {
                    String key = key(from.getAddress().getHostAddress(), from.getPort());
                    Newcomer newcomer = new Newcomer(channel, System.nanoTime());
                    waiting.put(key, newcomer);
                    channel.closeFuture().addListener(_ -> waiting.remove(key, newcomer));
                }
            }
            return count;
        }
    }

    /** The JDK's network, whose server channels note. */
    private final class NotingTransport extends NioTransport {
        @Override
        public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
            return domainSocket ? super.serverChannelFactory(true) : NotingChannel::new;
        }
    }

    private static String key(String host, int port) {
        return host + " " + port;
    }

    /** A request came from there. */
    void arrived(SocketAddress from) {
        waiting.remove(key(from.hostAddress(), from.port()));
    }

    /** Closes those that have waited longer. */
    void tick(long now, long patienceNanos) {
        waiting.values().forEach(newcomer -> {
            if (now - newcomer.sinceNanos > patienceNanos) {
                newcomer.channel.close();
            }
        });
    }

    @Override
    public String name() {
        return Transport.NIO.name();
    }

    @Override
    public boolean available() {
        return true;
    }

    @Override
    public Throwable unavailabilityCause() {
        return null;
    }

    @Override
    public io.vertx.core.spi.transport.Transport implementation() {
        return new NotingTransport();
    }
}
