package io.pairstream.platform;

import java.time.Duration;

/**
 * What a terminal wants to hear of the platform's processes.
 *
 * <p>Calls come from the platform's own threads, several at once; an implementation returns soon.
 */
public interface PlatformListener {

  /** Hears nothing. */
  PlatformListener SILENT = new PlatformListener() {};

  /**
   * The process answers.
   *
   * @param after how long it took from its start, at first or again
   */
  default void ready(String name, Duration after) {}

  /**
   * The process ended unasked.
   *
   * @param exitStatus as a shell reports it: 128 + signal number after a signal
   * @param restartIn how long until it is started again
   */
  default void died(String name, int exitStatus, Duration restartIn) {}

  /** The process is left alone from now on; {@code reason} quotes the end of its log. */
  default void gaveUp(String name, String reason) {}

  /** The process was asked to stop and has ended. */
  default void stopped(String name) {}
}
