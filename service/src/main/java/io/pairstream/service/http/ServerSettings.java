package io.pairstream.service.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * What the server takes at once, and how slowly.
 *
 * @param host address to listen on
 * @param port port to listen on; 0 for any
 * @param maxConnections connections beyond which none is accepted until one closes
 * @param bodyBytesInFlight memory for bodies that are read whole, in bytes; a body that finds no
 *     room is refused
 * @param queuedRequests requests that may wait for a worker
 * @param maxStreams streamed bodies that are read at once; one producer with a key may have half
 * @param idleTimeout silence after which a connection is closed; a reader of a streamed answer gets
 *     twice that for each piece
 * @param headTimeout time for a request's head to come whole
 * @param bodyGrace time from the head before a body's rate counts
 * @param minBytesPerSecond slowest rate of a body after that; what came faster makes up for at most
 *     {@link Pace#LONGEST_CREDIT} of silence
 * @param drainTimeout time for requests under way to end when the service is stopped
 */
public record ServerSettings(
    String host,
    int port,
    int maxConnections,
    long bodyBytesInFlight,
    int queuedRequests,
    int maxStreams,
    Duration idleTimeout,
    Duration headTimeout,
    Duration bodyGrace,
    long minBytesPerSecond,
    Duration drainTimeout) {

  /** Largest head of a request, in bytes. */
  static final int MAX_HEAD_BYTES = 16 * 1024;

  public ServerSettings {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("a port is a number from 0 to 65535, not " + port);
    }
    positive("connections", maxConnections);
    positive("bytes of bodies in flight", bodyBytesInFlight);
    positive("queued requests", queuedRequests);
    positive("streamed bodies", maxStreams);
    positive("bytes per second", minBytesPerSecond);
  }

  private static void positive(String what, long number) {
    if (number < 1) {
      throw new IllegalArgumentException(what + ": at least 1, not " + number);
    }
  }

  /** What one machine of ordinary size takes. */
  public static ServerSettings of(String host, int port) {
    return new ServerSettings(
        host,
        port,
        4096,
        128L * 1024 * 1024,
        512,
        32,
        Duration.ofSeconds(30),
        Duration.ofSeconds(15),
        Duration.ofSeconds(10),
        8 * 1024,
        Duration.ofSeconds(20));
  }

  /** Whether nobody but this machine's own programs can reach it. */
  public boolean isLocal() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /**
   * Refuses to take keys where they would cross a network in the clear.
   *
   * @param anonymous whether the service asks for no keys
   * @param behindTls whether others than this machine reach the service by https alone, through a
   *     proxy
   * @throws IllegalArgumentException where others could come without a key, or by plain HTTP
   */
  public void requireSafeAddress(boolean anonymous, boolean behindTls) {
    if (isLocal()) {
      return;
    }
    if (anonymous) {
      throw new IllegalArgumentException(
          "without keys the service listens on this machine only, on 127.0.0.1 or localhost, not on "
              + host);
    }
    if (!behindTls) {
      throw new IllegalArgumentException(
          "on "
              + host
              + " keys would cross the network unencrypted: put a proxy with TLS before the service"
              + " and say --behind-tls, or listen on 127.0.0.1");
    }
  }

  /** The same with other limits on connections and on memory for bodies. */
  public ServerSettings withCapacity(int connections, long bodyBytes) {
    return new ServerSettings(
        host,
        port,
        connections,
        bodyBytes,
        queuedRequests,
        maxStreams,
        idleTimeout,
        headTimeout,
        bodyGrace,
        minBytesPerSecond,
        drainTimeout);
  }

  /** The same with other limits on slowness. */
  public ServerSettings withTimeout(
      Duration idle, Duration head, Duration grace, long bytesPerSecond) {
    return new ServerSettings(
        host,
        port,
        maxConnections,
        bodyBytesInFlight,
        queuedRequests,
        maxStreams,
        idle,
        head,
        grace,
        bytesPerSecond,
        drainTimeout);
  }
}
