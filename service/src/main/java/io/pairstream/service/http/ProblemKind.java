package io.pairstream.service.http;

import java.util.Locale;

/**
 * The closed list of problems that an answer can tell of.
 *
 * <p>The name is part of the contract: it ends the problem's {@code type}. The title is the same
 * for every occurrence (RFC 9457, section 3.1.3).
 */
public enum ProblemKind {
  BAD_REQUEST(400, "The request cannot be read"),
  BODY_MALFORMED(400, "The body cannot be read"),
  UNAUTHORIZED(401, "A valid API key is needed"),
  FORBIDDEN(403, "This key or account does not allow this"),
  FOREIGN_SITE(403, "This service answers its own page and local programs only"),
  NOT_FOUND(404, "There is nothing here"),
  METHOD_NOT_ALLOWED(405, "This address does not support the method"),
  TOO_SLOW(408, "The body came too slowly"),
  BODY_TOO_LARGE(413, "The body is too large"),
  URI_TOO_LONG(414, "The address is too long"),
  MEDIA_TYPE_UNSUPPORTED(415, "This media type is not accepted here"),
  PAIR_REFUSED(422, "The pair cannot be accepted"),
  QUOTA_EXCEEDED(429, "The quota is used up"),
  HEADERS_TOO_LARGE(431, "The header fields are too large"),
  INTERNAL(500, "An internal error, our fault"),
  NOT_IMPLEMENTED(501, "This server does not support the request"),
  OVERLOADED(503, "Too many requests are in progress"),
  KAFKA_UNAVAILABLE(503, "Kafka does not accept records now"),
  NOT_READY(503, "The service is not ready yet"),
  STOPPING(503, "The service is being stopped"),
  HTTP_VERSION_UNSUPPORTED(505, "This HTTP version is not supported");

  private static final String URN = "urn:pairstream:problem:";

  private final int status;
  private final String title;

  ProblemKind(int status, String title) {
    this.status = status;
    this.title = title;
  }

  /** The answer's status code. */
  public int status() {
    return status;
  }

  /** Title of the kind, in a few words. */
  public String title() {
    return title;
  }

  /** The problem's {@code type}: {@code urn:pairstream:problem:body-too-large}. */
  public String type() {
    return URN + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
