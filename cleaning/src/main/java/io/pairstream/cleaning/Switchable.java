package io.pairstream.cleaning;

/** Settings of a step that a recipe can do without. */
public interface Switchable {

  /**
   * Whether the step can do anything under these settings; otherwise it is left out of the plan.
   */
  boolean isOn();
}
