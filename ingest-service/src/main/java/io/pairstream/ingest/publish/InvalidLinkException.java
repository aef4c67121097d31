package io.pairstream.ingest.publish;

/** A link cannot be taken as it is. Nothing was sent. */
public final class InvalidLinkException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String field;

  /**
   * @param field name of the field that is at fault, as {@link io.pairstream.schemas.PairLink}
   *     spells it
   * @param message what is wrong with it and what would be right, for a person
   */
  InvalidLinkException(String field, String message) {
    super(message);
    this.field = field;
  }

  /** Name of the field that is at fault: {@code url}, {@code caption}, {@code expected_digest}. */
  public String field() {
    return field;
  }
}
