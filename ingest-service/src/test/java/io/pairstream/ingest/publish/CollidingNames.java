package io.pairstream.ingest.publish;

import java.util.HashMap;
import java.util.Map;

/**
 * Annotations whose names all have one hash code. Compared each with all before it, 200,000 of them
 * take minutes; in a tree, a second.
 */
public final class CollidingNames {

  private CollidingNames() {}

  /**
   * Empty annotations.
   *
   * @param count at most 2<sup>20</sup>
   */
  public static Map<String, String> of(int count) {
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < count; i++) {
      StringBuilder name = new StringBuilder();
      for (int bit = 0; bit < 20; bit++) {
        name.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      names.put(name.toString(), "");
    }
    return names;
  }
}
