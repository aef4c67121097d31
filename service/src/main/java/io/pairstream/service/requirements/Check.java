package io.pairstream.service.requirements;

import io.pairstream.service.requirements.Finding.Area;
import io.pairstream.service.requirements.Finding.Level;
import java.util.List;

/**
 * One check of a cluster.
 *
 * @param level how a fault weighs
 */
record Check(Area area, String name, Level level) {

  private static final int MOST_NAMED = 6;

  /**
   * All is well where the list is empty.
   *
   * @param ok what there is where nothing is wrong
   * @param consequence what follows from what is wrong, before it is listed
   * @param right what would be right
   * @param remedy what fixes it
   */
  Finding judge(List<String> wrong, String ok, String consequence, String right, String remedy) {
    return wrong.isEmpty()
        ? Finding.ok(area, name, ok)
        : new Finding(area, name, level, consequence + ": " + some(wrong), right, remedy);
  }

  /** The first few, and how many more there are. */
  static String some(List<String> all) {
    return String.join(", ", all.subList(0, Math.min(MOST_NAMED, all.size())))
        + (all.size() > MOST_NAMED ? " and " + (all.size() - MOST_NAMED) + " more" : "");
  }
}
