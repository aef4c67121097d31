package io.pairstream.cleaning;

import java.util.Objects;

/**
 * Why a record is rejected, in words that its author understands.
 *
 * @param reason one of the closed list
 * @param detail what is wrong and what would be right, in a sentence
 * @param measured the measured value with its unit; empty where nothing is measured
 * @param limit the limit it breaks with its unit; empty where there is none
 * @param copyOf image digest of the picture that it nearly copies; empty where it copies none
 */
public record Rejection(
    RejectReason reason, String detail, String measured, String limit, String copyOf) {

  public Rejection {
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(detail, "detail");
    Objects.requireNonNull(measured, "measured");
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(copyOf, "copyOf");
  }

  /** A rejection without another picture that is copied. */
  public Rejection(RejectReason reason, String detail, String measured, String limit) {
    this(reason, detail, measured, limit, "");
  }
}
