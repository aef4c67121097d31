package io.pairstream.system;

import java.util.List;
import java.util.Set;

/** Something that is done to a running platform, and what operators should be told of it. */
abstract class Fault {

  private final Expected expected;
  private final String group;

  /**
   * @param group that it is done to
   */
  Fault(String group, Expected expected) {
    this.group = group;
    this.expected = expected;
  }

  /**
   * What is done, and what is to be said of it.
   *
   * @param words what is done
   * @param right the verdicts that are right; any other alarm before them is false
   * @param sentence what the sentence must hold
   */
  record Expected(String words, Set<String> right, List<String> sentence) {}

  final Expected expected() {
    return expected;
  }

  final String group() {
    return group;
  }

  /** All that must be there before it. */
  abstract void prepare() throws Exception;

  /** Does it. */
  abstract void inject() throws Exception;

  /** Keeps it up; called about twice a second. */
  void goOn() throws Exception {}

  /** Ends it, also where it had not begun. */
  void end() throws Exception {}
}
