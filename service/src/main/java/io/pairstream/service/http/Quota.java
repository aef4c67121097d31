package io.pairstream.service.http;

import java.time.Duration;
import java.util.Optional;

/** How much a producer may send, and a caller read. Thread-safe; nothing here blocks. */
public interface Quota {

  /** No limit. */
  Quota UNLIMITED = new Quota() {};

  /**
   * Runs after authentication and before a byte of the body is read, on routes that take a body.
   *
   * @param declaredBytes the body's size as the client declares it; -1 where it does not
   * @throws Problem {@link ProblemKind#QUOTA_EXCEEDED}, with {@code Retry-After}
   */
  default void admit(Incoming request, long declaredBytes) {}

  /**
   * Counts what a producer has sent. The server counts the bytes of a body that it has read whole,
   * and one record; the handler of a streamed body counts both as it reads.
   *
   * @return how long to wait before more is read; zero where there is no need. Only handlers of
   *     streamed bodies wait.
   */
  default Duration charge(Principal principal, long records, long bytes) {
    return Duration.ZERO;
  }

  /**
   * The limit that a route shares with others, always the same one for a route. Routes that take a
   * body, answer at once or are open to all have none.
   */
  default Optional<ReadLimit> reads(Route route) {
    return Optional.empty();
  }
}
