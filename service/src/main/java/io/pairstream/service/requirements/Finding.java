package io.pairstream.service.requirements;

import io.pairstream.service.ClusterRequirement;
import java.util.Optional;
import java.util.Set;

/**
 * What one check found.
 *
 * @param area what was looked at
 * @param check name of the check, in lower case with hyphens
 * @param found what there is, in words
 * @param right what would be right; empty where that is what was found
 * @param remedy the command or the setting that mends it; empty where nothing is to be mended
 * @param requirement what cannot be kept where this is wrong; empty where nothing that is promised
 *     rests on it
 */
public record Finding(
    Area area,
    String check,
    Level level,
    String found,
    String right,
    String remedy,
    Optional<ClusterRequirement> requirement) {

  /** What a check looks at. */
  public enum Area {
    MACHINE,
    WORKER,
    CLIENTS,
    BROKERS,
    TOPICS,
    REGISTRY
  }

  /** How a check ended. */
  public enum Level {
    OK,
    /** It works; what would make it better, or what to know. */
    WARNING,
    /** It does not work, or a requirement cannot be kept. */
    WRONG,
    /** Nobody could be asked, or did not tell us. */
    NOT_TOLD
  }

  /** All is well. */
  public static Finding ok(Area area, String check, String found) {
    return new Finding(area, check, Level.OK, found, "", "", Optional.empty());
  }

  /** It works, and could be better. */
  public static Finding warning(
      Area area, String check, String found, String right, String remedy) {
    return new Finding(area, check, Level.WARNING, found, right, remedy, Optional.empty());
  }

  /** It does not work. */
  public static Finding wrong(Area area, String check, String found, String right, String remedy) {
    return new Finding(area, check, Level.WRONG, found, right, remedy, Optional.empty());
  }

  /** Nobody told. */
  public static Finding notTold(Area area, String check, String why, String remedy) {
    return new Finding(area, check, Level.NOT_TOLD, why, "", remedy, Optional.empty());
  }

  /** The same, but no longer wrong where it takes away what the operator does without. */
  public Finding without(Set<ClusterRequirement> requirements) {
    boolean waived = level == Level.WRONG && requirement.filter(requirements::contains).isPresent();
    return waived
        ? new Finding(
            area, check, Level.WARNING, found + " (done without)", right, remedy, requirement)
        : this;
  }

  /** All of it in a line. */
  public String sentence() {
    return found
        + (right.isEmpty() ? "" : "; right: " + right)
        + (remedy.isEmpty() ? "" : "; mend: " + remedy);
  }
}
