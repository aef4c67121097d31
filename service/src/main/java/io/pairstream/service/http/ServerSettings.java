package io.pairstream.service.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * Limits of the HTTP server on memory, streams and slow clients.
 *
 * @param host address to listen on
 * @param port port to listen on; 0 for any
 * @param bodyBytesInFlight memory for bodies that are read whole, in bytes; a body that finds no
 *     room is refused
 * @param maxStreams streamed bodies that are read at once; one producer with a key may have half
 * @param idleTimeout silence after which a connection is closed
 * @param headTimeout time for a request's head to come whole
 * @param bodyGrace time from the head before a body's rate counts
 * @param minBytesPerSecond slowest rate of a body after that; what came faster makes up for at most
 *     {@link Pace#LONGEST_CREDIT} of silence
 * @param answerTimeout time to answer a request that has come whole, unless it is streamed; when
 *     all workers take longer, the service counts as stuck
 * @param certificate with which it speaks https; null for plain HTTP
 */
public record ServerSettings(
    String host,
    int port,
    long bodyBytesInFlight,
    int maxStreams,
    Duration idleTimeout,
    Duration headTimeout,
    Duration bodyGrace,
    long minBytesPerSecond,
    Duration answerTimeout,
    PemCertificate certificate) {

  /** Largest head of a request, in bytes. */
  static final int MAX_HEAD_BYTES = 16 * 1024;

  /** Connections beyond which none is accepted until one closes. */
  static final int MAX_CONNECTIONS = 4096;

  /** Requests that may wait for a worker. */
  static final int QUEUED_REQUESTS = 512;

  /** Time for requests under way to end when the service is stopped. */
  static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(20);

  public ServerSettings {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("a port is a number from 0 to 65535, not " + port);
    }
  }

  /**
   * Settings for one machine of ordinary size.
   *
   * @param certificate null for plain HTTP
   */
  public static ServerSettings of(String host, int port, PemCertificate certificate) {
    return new ServerSettings(
        host,
        port,
        128L * 1024 * 1024,
        32,
        Duration.ofSeconds(30),
        Duration.ofSeconds(15),
        Duration.ofSeconds(10),
        8 * 1024,
        Duration.ofMinutes(2),
        certificate);
  }

  /** Returns a copy with that much memory for bodies, in bytes. */
  public ServerSettings withBodies(long bytes) {
    return new ServerSettings(
        host,
        port,
        bytes,
        maxStreams,
        idleTimeout,
        headTimeout,
        bodyGrace,
        minBytesPerSecond,
        answerTimeout,
        certificate);
  }

  /** Whether the server speaks https itself. */
  public boolean isEncrypted() {
    return certificate != null;
  }

  /** Whether only this machine's own programs can reach it. */
  public boolean isLocal() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** Where others reach a server on this port. */
  String url(int actualPort) {
    String reached;
    try {
      InetAddress address = InetAddress.getByName(host);
      reached = address.isAnyLocalAddress() ? InetAddress.getLocalHost().getHostAddress() : host;
    } catch (UnknownHostException e) {
      reached = host; // this machine has no address by its own name
    }
    return "%s://%s:%d"
        .formatted(
            isEncrypted() ? "https" : "http",
            reached.contains(":") ? "[" + reached + "]" : reached,
            actualPort);
  }

  /**
   * Refuses to take keys where they would cross a network in the clear.
   *
   * @param anonymous whether the service asks for no keys
   * @param behindTls whether others than this machine reach the service by https alone, through a
   *     proxy; not asked where it has a certificate of its own
   * @throws IllegalArgumentException where others could come without a key, or by plain HTTP
   */
  public void requireSafeAddress(boolean anonymous, boolean behindTls) {
    if (isLocal()) {
      return;
    }
    if (anonymous) {
      throw new IllegalArgumentException(
          "without keys the service listens on this machine only, on 127.0.0.1 or localhost, not on"
              + " "
              + host);
    }
    if (!behindTls && !isEncrypted()) {
      throw new IllegalArgumentException(
          "on "
              + host
              + " keys would cross the network unencrypted: give --tls-certificate and --tls-key, put a"
              + " proxy with TLS before the service and say --behind-tls, or listen on 127.0.0.1");
    }
  }
}
