package io.pairstream.benchmarks.watch;

/** Something that watches the groups of a broker in a process of its own. */
interface Watcher extends AutoCloseable {

  /** Under what name its figures are reported. */
  String name();

  /** The process, which runs until it is closed. */
  ProcessHandle process();

  /** What it says of a group now, if it means that the group no longer reads; empty otherwise. */
  String alarm(String group);

  /** Has it look at all groups, if it does so only when it is asked. */
  default void look() {}

  @Override
  void close();
}
