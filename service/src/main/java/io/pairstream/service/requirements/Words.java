package io.pairstream.service.requirements;

import java.util.List;

/** Lists as a sentence takes them. */
final class Words {

  private static final int MOST = 6;

  private Words() {}

  /** The first few, and how many more there are. */
  static String some(List<String> all) {
    return String.join(", ", all.subList(0, Math.min(MOST, all.size())))
        + (all.size() > MOST ? " and " + (all.size() - MOST) + " more" : "");
  }
}
