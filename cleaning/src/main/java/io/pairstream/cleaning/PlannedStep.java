package io.pairstream.cleaning;

/**
 * One step of a plan, for a person who wants to know what happens to a pair.
 *
 * @param stage where it stands: gate, caption, image or split
 * @param name name in metrics and in quarantined records
 * @param inWords what it does, with its limits; empty where the recipe switches it off
 */
public record PlannedStep(String stage, String name, String inWords) {

  /** Whether a pair meets it. */
  public boolean isOn() {
    return !inWords.isEmpty();
  }
}
