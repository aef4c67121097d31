package io.pairstream.service.requirements;

import io.pairstream.service.ClusterRequirement;
import java.util.Set;

/**
 * Result of one check.
 *
 * @param area what was looked at
 * @param check name of the check, in lower case with hyphens; the requirement's where a fault
 *     breaks a {@link ClusterRequirement}
 * @param found actual state, in words
 * @param right correct state; empty where it is the actual one
 * @param remedy the command or the setting that fixes it; empty where nothing is to be fixed
 */
public record Finding(
    Area area, String check, Level level, String found, String right, String remedy) {

  /** Subject of a check. */
  public enum Area {
    MACHINE,
    WORKER,
    CLIENTS,
    BROKERS,
    TOPICS,
    REGISTRY,
    INSTANCES
  }

  /** How a check ended. */
  public enum Level {
    OK,
    /** The subject works, but can be improved or has a limitation. */
    WARNING,
    /** The subject does not work, or a requirement is broken. */
    WRONG,
    /** The state is unknown: no answer, or no permission. */
    UNKNOWN
  }

  /** All is well. */
  public static Finding ok(Area area, String check, String found) {
    return new Finding(area, check, Level.OK, found, "", "");
  }

  /** A finding about a subject that works and can be improved. */
  public static Finding warning(
      Area area, String check, String found, String right, String remedy) {
    return new Finding(area, check, Level.WARNING, found, right, remedy);
  }

  /** A finding about a subject that does not work. */
  public static Finding wrong(Area area, String check, String found, String right, String remedy) {
    return new Finding(area, check, Level.WRONG, found, right, remedy);
  }

  /** A finding about an unknown state. */
  public static Finding unknown(Area area, String check, String why, String remedy) {
    return new Finding(area, check, Level.UNKNOWN, why, "", remedy);
  }

  /** Whether it takes a requirement away, which refuses a start. */
  boolean isRefused() {
    return level == Level.WRONG && ClusterRequirement.named(check).isPresent();
  }

  /** Downgrades the finding where it breaks a requirement that the operator does without. */
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
