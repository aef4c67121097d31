package io.pairstream.service.http;

import io.pairstream.schemas.LinkHost;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.IntSupplier;
import org.eclipse.jetty.http.HttpFields;

/**
 * Keeps web sites out of a service that asks for no keys.
 *
 * <p>A browser on this machine sends requests for any site: under the site's own name that resolves
 * to here (seen in {@code Host}), or across sites (seen in {@code Origin}). Programs send no {@code
 * Origin}.
 *
 * @param scheme what the service speaks, {@code http} or {@code https}
 * @param port the port that is listened on
 */
record LocalCallers(String scheme, IntSupplier port) implements BiConsumer<String, HttpFields> {

  /**
   * @param method the request's method
   * @throws Problem {@link ProblemKind#FOREIGN_SITE}
   */
  @Override
  public void accept(String method, HttpFields headers) {
    Optional<String> host = Optional.ofNullable(headers.get("Host"));
    if (host.isPresent() && !isHere(host.get())) {
      throw Problem.of(
          ProblemKind.FOREIGN_SITE,
          "the Host is another than this machine's; without keys, call it localhost or"
              + " 127.0.0.1");
    }
    Optional<String> origin = Optional.ofNullable(headers.get("Origin"));
    if (isForAnotherSite(method, headers)
        || (origin.isPresent()
            && !(origin.get().startsWith(scheme + "://")
                && isHere(origin.get().substring(scheme.length() + "://".length()))))) {
      throw Problem.of(
          ProblemKind.FOREIGN_SITE,
          "a page of another site sends this; without keys, only this service's own page may");
    }
  }

  /**
   * Whether the request is for another site's page: an image or a script there sends no origin, but
   * its purpose. A link may lead here; a form may not.
   */
  private static boolean isForAnotherSite(String method, HttpFields headers) {
    String site = Optional.ofNullable(headers.get("Sec-Fetch-Site")).orElse("none");
    boolean isOurs = site.equals("none") || site.equals("same-origin");
    boolean isLink = method.equals("GET") && "navigate".equals(headers.get("Sec-Fetch-Mode"));
    return !isOurs && !isLink;
  }

  private boolean isHere(String authority) {
    String ending = ":" + port.getAsInt();
    if (authority.endsWith(ending)) {
      return LinkHost.isHere(authority.substring(0, authority.length() - ending.length()));
    }
    return port.getAsInt() == (scheme.equals("https") ? 443 : 80) && LinkHost.isHere(authority);
  }
}
