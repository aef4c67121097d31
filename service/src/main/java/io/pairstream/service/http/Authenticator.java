package io.pairstream.service.http;

/** Says who sends a request. Thread-safe. */
@FunctionalInterface
public interface Authenticator {

  /** Accepts every request as {@link Principal#ANONYMOUS}. */
  Authenticator ANONYMOUS = request -> Principal.ANONYMOUS;

  /** Rejects every request. */
  Authenticator NONE =
      request -> {
        throw Problem.of(ProblemKind.UNAUTHORIZED, "this service knows no keys")
            .withHeader("WWW-Authenticate", "Bearer");
      };

  /**
   * Runs on the server's own threads before a byte of the body is read, on every route that is not
   * open, and does not block. The scope is checked afterwards, by the server.
   *
   * @param request without a principal yet
   * @throws Problem {@link ProblemKind#UNAUTHORIZED}, with a {@code WWW-Authenticate} header
   */
  Principal authenticate(Incoming request);
}
