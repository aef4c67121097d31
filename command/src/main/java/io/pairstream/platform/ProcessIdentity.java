package io.pairstream.platform;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One particular process: its number and when it began, since numbers are used again.
 *
 * @param pid process number
 * @param startedAt milliseconds since 1970, or 0 where the system does not tell
 */
record ProcessIdentity(long pid, long startedAt) {

  /** Readings of one process's start differ by this much when the clock was corrected between. */
  private static final long TOLERANCE_MILLIS = Duration.ofSeconds(2).toMillis();

  static ProcessIdentity current() {
    return of(ProcessHandle.current());
  }

  static ProcessIdentity of(ProcessHandle handle) {
    return new ProcessIdentity(
        handle.pid(), handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L));
  }

  /** The process, if it still lives. */
  Optional<ProcessHandle> find() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(handle -> Math.abs(of(handle).startedAt() - startedAt) <= TOLERANCE_MILLIS);
  }

  @Override
  public String toString() {
    return pid + "@" + startedAt;
  }
}
