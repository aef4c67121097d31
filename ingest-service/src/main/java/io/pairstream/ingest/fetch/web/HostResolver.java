package io.pairstream.ingest.fetch.web;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Leads from a host's name to its IP addresses. Thread-safe. */
interface HostResolver extends AutoCloseable {

  /**
   * All addresses of a host, of which none has been looked at.
   *
   * @param host a name in lower-case ASCII
   * @return at least one address; or a {@link java.net.UnknownHostException} that says why there is
   *     none. Never waits on the caller's thread
   */
  CompletableFuture<List<InetAddress>> addresses(String host);

  @Override
  default void close() {}
}
