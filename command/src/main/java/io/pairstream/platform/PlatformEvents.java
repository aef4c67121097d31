package io.pairstream.platform;

/** Hears what becomes of a platform's processes, from several threads. */
@FunctionalInterface
public interface PlatformEvents {

  /** Something happened, said in a sentence on one line. */
  void said(String sentence);

  /** A start goes on: which processes are waited for, and what for. Comes every second. */
  default void waits(String what) {}
}
