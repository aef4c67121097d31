package io.pairstream.service.requirements;

import io.pairstream.service.ClusterRequirement;
import java.util.Set;

/**
 * What one check found.
 *
 * @param area what was looked at
 * @param check name of the check, in lower case with hyphens; that of a {@link ClusterRequirement}
 *     where a fault takes that away
 * @param found what there is, in words
 * @param right what would be right; empty where that is what was found
 * @param remedy the command or the setting that fixes it; empty where nothing is to be fixed
 */
public record Finding(
    Area area, String check, Level level, String found, String right, String remedy) {

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
    return new Finding(area, check, Level.OK, found, "", "");
  }

  /** It works, and could be better. */
  public static Finding warning(
      Area area, String check, String found, String right, String remedy) {
    return new Finding(area, check, Level.WARNING, found, right, remedy);
  }

  /** It does not work. */
  public static Finding wrong(Area area, String check, String found, String right, String remedy) {
    return new Finding(area, check, Level.WRONG, found, right, remedy);
  }

  /** Nobody told. */
  public static Finding notTold(Area area, String check, String why, String remedy) {
    return new Finding(area, check, Level.NOT_TOLD, why, "", remedy);
  }

  /** Whether it takes a requirement away, which refuses a start. */
  boolean isRefused() {
    return level == Level.WRONG && ClusterRequirement.named(check).isPresent();
  }

  /** The same, but no longer wrong where it takes away what the operator does without. */
  Finding without(Set<ClusterRequirement> requirements) {
    return isRefused() && requirements.contains(ClusterRequirement.named(check).get())
        ? warning(area, check, found + " (accepted)", right, remedy)
        : this;
  }

  /** All of it in a line. */
  public String sentence() {
    return found
        + (right.isEmpty() ? "" : "; right: " + right)
        + (remedy.isEmpty() ? "" : "; fix: " + remedy);
  }
}
