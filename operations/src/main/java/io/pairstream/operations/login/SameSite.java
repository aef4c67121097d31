package io.pairstream.operations.login;

import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps other web sites from making somebody's browser act here.
 *
 * <p>A browser says where a request comes from, and no page can make it say otherwise: {@code
 * Sec-Fetch-Site} and {@code Origin}. A proxy in between must pass {@code Host} on.
 *
 * @see <a href="https://www.w3.org/TR/fetch-metadata/">Fetch Metadata</a>
 */
final class SameSite {

  private final Set<String> schemes;

  /**
   * @param behindTls whether the page is reached by https alone; a page of the same name that came
   *     by http is then another's, as whoever sits on the line can serve one
   */
  SameSite(boolean behindTls) {
    this.schemes = behindTls ? Set.of("https://") : Set.of("http://", "https://");
  }

  /**
   * Lets requests of this service's own page through, and those of programs, which say nothing.
   *
   * @throws Problem {@link ProblemKind#FOREIGN_SITE}
   */
  void requireOwnPageOrProgram(Incoming request) {
    Optional<String> site = request.header("Sec-Fetch-Site");
    Optional<String> origin = request.header("Origin");
    if (site.filter(from -> !from.equals("same-origin")).isPresent()
        || origin.filter(from -> !isOurs(from, request.header("Host"))).isPresent()) {
      throw foreign("a page of another site sends this; only this service's own page may");
    }
  }

  /**
   * Lets requests of this service's own page through alone.
   *
   * @throws Problem {@link ProblemKind#FOREIGN_SITE}
   */
  void requireOwnPage(Incoming request) {
    requireOwnPageOrProgram(request);
    if (request.header("Sec-Fetch-Site").isEmpty() && request.header("Origin").isEmpty()) {
      throw foreign("nothing says which page sends this; programs send an API key, no cookie");
    }
  }

  private boolean isOurs(String origin, Optional<String> host) {
    String lower = origin.toLowerCase(Locale.ROOT);
    String ours = host.orElse("").toLowerCase(Locale.ROOT);
    return !ours.isEmpty() && schemes.stream().anyMatch(scheme -> lower.equals(scheme + ours));
  }

  private static Problem foreign(String detail) {
    return Problem.of(ProblemKind.FOREIGN_SITE, detail);
  }
}
