package io.pairstream.cleaning;

import java.util.Objects;

/**
 * Why a record is rejected, in words that its author understands.
 *
 * @param reason one of the closed list
 * @param detail what is wrong and what would be right, in a sentence
 * @param measured value and limit that decided
 * @param copyOf image digest of the picture that it nearly copies; empty where it copies none
 */
public record Rejection(RejectReason reason, String detail, Measured measured, String copyOf) {

  public Rejection {
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(detail, "detail");
    Objects.requireNonNull(measured, "measured");
    Objects.requireNonNull(copyOf, "copyOf");
  }

  /** A rejection for which no other picture is copied. */
  public Rejection(RejectReason reason, String detail, Measured measured) {
    this(reason, detail, measured, "");
  }
}
