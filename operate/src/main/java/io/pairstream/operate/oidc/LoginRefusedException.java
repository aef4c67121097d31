package io.pairstream.operate.oidc;

import io.pairstream.curation.sentence.Template;

/** A login at the provider does not come about. The message says why, for the operator. */
public final class LoginRefusedException extends Exception {

  private static final long serialVersionUID = 1L;

  private final Template reason;

  /**
   * @param reason shown to the person
   */
  public LoginRefusedException(Template reason, String message) {
    this(reason, message, null);
  }

  LoginRefusedException(Template reason, String message, Exception cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Template reason() {
    return reason;
  }
}
