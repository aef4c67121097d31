package io.pairstream.feed.source;

import java.util.List;

/** Takedowns in force. */
public interface Takedowns {

  /** Which they are: what was read under another digest may hold pairs withdrawn since. */
  String digest();

  /** Whether there is any. */
  boolean isAny();

  /** Whether one of these keys of a pair is taken down now. */
  boolean holds(List<String> keys);
}
