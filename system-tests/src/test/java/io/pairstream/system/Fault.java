package io.pairstream.system;

import java.util.List;
import java.util.Set;

/** Something that is done to a running platform, and what operators should be told of it. */
interface Fault {

  /** What is done, in a few words. */
  String words();

  /** The group that it is done to. */
  String group();

  /** The verdicts that are right; any other alarm before them is false. */
  Set<String> right();

  /** What the sentence must hold. */
  List<String> told();

  /** All that must be there before it. */
  void prepare() throws Exception;

  /** Does it. */
  void inject() throws Exception;

  /** Keeps it up; called about twice a second. */
  default void goOn() throws Exception {}

  /** Ends it, also where it had not begun. */
  default void end() throws Exception {}
}
