package io.pairstream.benchmarks.watch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** Something that watches the groups of a broker in a process of its own. */
interface Watcher extends AutoCloseable {

  /**
   * What a watcher says of a group.
   *
   * @param verdict in the watcher's own word
   * @param alarm whether the watcher means that the group no longer reads
   * @param words all that it says in a line
   */
  record Said(String verdict, boolean alarm, String words) {}

  /** Under what name its figures are told. */
  String name();

  /** The process, which runs until it is closed. */
  ProcessHandle process();

  /** What it says now; empty where it does not know the group. */
  Optional<Said> says(String group);

  /** Has it look at all groups, if it does so only when it is asked. */
  void look();

  /** Adds what it alone can tell of itself. */
  default void addTo(ObjectNode figures) {}

  @Override
  void close();
}
