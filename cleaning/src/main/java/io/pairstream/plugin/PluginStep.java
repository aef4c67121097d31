package io.pairstream.plugin;

/**
 * One step, as a recipe sets it up.
 *
 * <p>A step is pure: equal input gives an equal verdict, in every process, at every time. Records
 * are judged again after a crash and by {@code recipe diff}, and what a caption becomes decides
 * which pairs are copies; so a step reads no clock, no random number, no file and no network.
 * Several threads call it at once, within the time of a record: it runs in the service, without a
 * deadline.
 *
 * <p>A record for which it throws anything goes to quarantine as {@code PLUGIN_CRASHED}.
 *
 * @param <T> what it judges
 */
public interface PluginStep<T> {

  /** Judges one value, never null, and answers a verdict, never null. */
  Verdict<T> apply(T input);

  /**
   * Description with the limits in force for {@code recipe explain}: half a sentence that begins
   * with a verb, as {@code refuses captions with a price}.
   */
  String inWords();
}
