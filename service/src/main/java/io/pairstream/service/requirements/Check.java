package io.pairstream.service.requirements;

import io.pairstream.service.ClusterRequirement;
import io.pairstream.service.requirements.Finding.Area;
import io.pairstream.service.requirements.Finding.Level;
import java.util.List;
import java.util.Optional;

/**
 * One check of a cluster, and how its fault weighs.
 *
 * @param requirement what cannot be kept where it fails; empty where nothing that is promised rests
 *     on it
 */
record Check(Area area, String name, Level level, Optional<ClusterRequirement> requirement) {

  private static final int MOST_NAMED = 6;

  /** A check whose fault refuses a start. */
  static Check of(Area area, ClusterRequirement requirement) {
    return new Check(area, requirement.label(), Level.WRONG, Optional.of(requirement));
  }

  static Check wrong(Area area, String name) {
    return new Check(area, name, Level.WRONG, Optional.empty());
  }

  static Check warning(Area area, String name) {
    return new Check(area, name, Level.WARNING, Optional.empty());
  }

  Finding ok(String found) {
    return Finding.ok(area, name, found);
  }

  Finding fault(String found, String right, String remedy) {
    return new Finding(area, name, level, found, right, remedy, requirement);
  }

  /** A fault that refuses nothing, whatever the check's own weight. */
  Finding warning(String found, String right, String remedy) {
    return Finding.warning(area, name, found, right, remedy);
  }

  Finding notTold(String why, String remedy) {
    return Finding.notTold(area, name, why, remedy);
  }

  /** All is well where the list is empty; otherwise it follows the consequence. */
  Finding judge(List<String> wrong, String ok, String consequence, String right, String remedy) {
    return wrong.isEmpty() ? ok(ok) : fault(consequence + ": " + some(wrong), right, remedy);
  }

  /** The first few, and how many more there are. */
  static String some(List<String> all) {
    return String.join(", ", all.subList(0, Math.min(MOST_NAMED, all.size())))
        + (all.size() > MOST_NAMED ? " and " + (all.size() - MOST_NAMED) + " more" : "");
  }
}
