package io.pairstream.schemas;

/**
 * Keys of refusals on the topic of takedowns. A refusal withdraws nothing: it asks that one
 * published pair leaves its split for quarantine, as a model's answer about it is outside of the
 * recipe's limit. Who reads takedowns leaves out what has such a key.
 */
public final class RefusalKey {

  /** The kind of {@link Takedown} that a refusal has. */
  public static final String KIND = "REFUSAL";

  private RefusalKey() {}

  /** Key of the refusal of a pair. */
  public static String of(String pairId) {
    return KIND + "/" + pairId;
  }

  /** Whether a key of the topic of takedowns is a refusal's. */
  public static boolean is(String key) {
    return key.startsWith(KIND + "/");
  }
}
