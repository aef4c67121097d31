package io.pairstream.ingest.generate;

import io.pairstream.ingest.generate.WebCalls.CallFailedException;
import io.pairstream.schemas.InvalidUrlException;
import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.topics.RecordSizes;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Fetches images that an API answers by address: from the API's own scheme, host and port, and over
 * https from the hosts that a person allows by name. No other address is ever connected to, no
 * redirect is followed, and the API's key is sent to none.
 */
final class ImageHosts {

  private static final int HTTPS_PORT = 443;
  private static final int HTTP_PORT = 80;

  private final URI api;
  private final Set<String> allowed;
  private final WebCalls calls;

  /**
   * @param api the API's own address
   * @param allowed names of hosts that images may come from beside it, as {@link LinkHost} writes
   *     them
   */
  ImageHosts(URI api, Set<String> allowed, WebCalls calls) {
    this.api = api;
    this.allowed = new TreeSet<>(allowed);
    this.calls = calls;
  }

  /** The image at an address, or that it is refused, or that it did not come this time. */
  Answer fetch(String url) throws InterruptedException {
    String host;
    URI address;
    try {
      host = LinkHost.of(url);
      address = new URI(url);
    } catch (InvalidUrlException | URISyntaxException e) {
      return new Answer.Refused(
          RefusalReason.ADDRESS_REFUSED, "the image's address is none that can be fetched");
    }
    if (!isAllowed(address, host)) {
      return new Answer.Refused(
          RefusalReason.ADDRESS_REFUSED,
          "the image is at "
              + address.getScheme()
              + "://"
              + host
              + ", which nobody allowed; allow the host with --image-host "
              + host
              + " (https only), or ask for --response-format b64_json");
    }
    return get(address, host);
  }

  private boolean isAllowed(URI address, String host) {
    if (address.getHost() == null || address.getUserInfo() != null) {
      return false;
    }
    boolean own =
        address.getScheme().equalsIgnoreCase(api.getScheme())
            && address.getHost().equalsIgnoreCase(api.getHost())
            && port(address) == port(api);
    return own
        || (address.getScheme().equalsIgnoreCase("https")
            && port(address) == HTTPS_PORT
            && allowed.contains(host));
  }

  private Answer get(URI address, String host) throws InterruptedException {
    HttpResponse<byte[]> response;
    try {
      response = calls.call(HttpRequest.newBuilder(address).GET().build(), RecordSizes.MAX_IMAGE);
    } catch (CallFailedException e) {
      String detail = "the image at " + host + ": " + e.getMessage();
      return e.isTooLong()
          ? new Answer.Refused(RefusalReason.IMAGE_TOO_LARGE, detail)
          : new Answer.Trouble(Optional.empty(), detail);
    }
    if (response.statusCode() != 200) {
      return new Answer.Trouble(
          Optional.empty(),
          "the image at " + host + " is not there: status " + response.statusCode());
    }
    if (response.body().length == 0) {
      return new Answer.Trouble(Optional.empty(), "the image at " + host + " is empty");
    }
    Optional<String> type = response.headers().firstValue("content-type");
    return new Answer.Image(
        ByteBuffer.wrap(response.body()),
        type.filter(value -> value.toLowerCase(Locale.ROOT).startsWith("image/")).orElse(""),
        "");
  }

  private static int port(URI address) {
    if (address.getPort() >= 0) {
      return address.getPort();
    }
    return address.getScheme().equalsIgnoreCase("https") ? HTTPS_PORT : HTTP_PORT;
  }
}
