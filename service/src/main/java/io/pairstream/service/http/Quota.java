package io.pairstream.service.http;

import java.time.Duration;

/** How much a producer may send. Thread-safe; nothing here blocks. */
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
}
