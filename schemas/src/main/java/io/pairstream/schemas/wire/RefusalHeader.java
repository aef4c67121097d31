package io.pairstream.schemas.wire;

import org.apache.kafka.common.header.Headers;

/**
 * The header of a tombstone on a split whose pair is in quarantine from now on, for what a model
 * said of it; without it, a pair is withdrawn, or another has taken its place.
 */
public final class RefusalHeader {

  public static final String NAME = "pairstream.refusal";

  private RefusalHeader() {}

  /** Marks a tombstone. */
  public static void write(Headers headers) {
    headers.add(NAME, new byte[0]);
  }

  /** Whether a tombstone is marked. */
  public static boolean isOn(Headers headers) {
    return headers.lastHeader(NAME) != null;
  }
}
