package io.pairstream.schemas.wire;

import java.util.Optional;
import org.apache.kafka.common.header.Headers;

/**
 * The header of a tombstone on a split whose pair is in quarantine from now on: the reason's name,
 * in ASCII. Without it, the pair is withdrawn.
 */
public final class QuarantineHeader {

  public static final String NAME = "pairstream.quarantined";

  private QuarantineHeader() {}

  /** Marks a tombstone. */
  public static void write(Headers headers, String reason) {
    OriginHeader.write(headers, NAME, reason);
  }

  /** The reason on a tombstone; empty where it has none. */
  public static Optional<String> reason(Headers headers) {
    return Optional.of(OriginHeader.text(headers, NAME)).filter(reason -> !reason.isEmpty());
  }
}
