package io.pairstream.ingest.generate;

import io.pairstream.schemas.InvalidUrlException;
import io.pairstream.schemas.LinkHost;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;

/**
 * Where an images API is, and how it is called.
 *
 * @param address address that requests are posted to, http or https
 * @param key the API's key; only over https, or to this machine
 * @param timeout for a whole call; positive
 */
public record ApiSettings(URI address, ApiKey key, Duration timeout) {

  private static final String GENERATIONS = "/images/generations";

  /**
   * @throws IllegalArgumentException where the key would travel in the open, or the time-out is not
   *     positive
   */
  public ApiSettings {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("the time-out must be more than 0 s");
    }
    if (!key.isEmpty() && !address.getScheme().equalsIgnoreCase("https") && !isHere(address)) {
      throw new IllegalArgumentException(
          "the key is not sent over http to " + address.getHost() + "; use https");
    }
  }

  /**
   * The address that requests are posted to.
   *
   * @param baseUrl as clients of OpenAI's take it, {@code https://api.openai.com/v1}; without a
   *     path, {@code /v1} is added
   * @throws IllegalArgumentException where it is no address of an API
   */
  public static URI address(String baseUrl) {
    try {
      String unused = LinkHost.of(baseUrl);
      URI base = new URI(baseUrl);
      if (base.getHost() == null || base.getRawFragment() != null) {
        throw new IllegalArgumentException("the base URL is no address of an API");
      }
      String path = base.getRawPath().replaceAll("/+$", "");
      String whole =
          path.endsWith(GENERATIONS) ? path : (path.isEmpty() ? "/v1" : path) + GENERATIONS;
      String query = base.getRawQuery() == null ? "" : "?" + base.getRawQuery();
      return new URI(base.getScheme() + "://" + base.getRawAuthority() + whole + query);
    } catch (InvalidUrlException | URISyntaxException e) {
      throw new IllegalArgumentException(
          "the base URL is no address of an API: "
              + (e instanceof InvalidUrlException ? e.getMessage() : "it is no URL"),
          e);
    }
  }

  /** Whether the address is on this machine, by what is written and without a look-up. */
  private static boolean isHere(URI address) {
    String host = address.getHost().toLowerCase(Locale.ROOT);
    return host.equals("localhost")
        || host.equals("[::1]")
        || host.matches("127(\\.[0-9]{1,3}){3}");
  }
}
