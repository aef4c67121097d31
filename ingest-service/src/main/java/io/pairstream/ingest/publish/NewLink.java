package io.pairstream.ingest.publish;

import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.LinkHost.InvalidUrlException;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.SourceKind;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * An image to be fetched with its caption, as an ingest API received them.
 *
 * <p>Strings are empty where nothing is known. A link that cannot be right is refused here; which
 * addresses are fetched is the fetcher's to say.
 *
 * @param url address of the image as {@link LinkHost} takes it
 * @param caption the caption as received; not blank
 * @param language the producer's hint, a BCP 47 tag such as {@code en} or {@code zh}
 * @param contributor who contributed the link, in the producer's own terms
 * @param licence licence under which the image may be used, a name or an SPDX identifier
 * @param expectedDigest SHA-256 that the image must have, 64 hex digits, kept in lower case; or
 *     empty
 * @param annotations whatever else the producer knows, by name
 * @param sourceKind how the pair was obtained
 */
public record NewLink(
    String url,
    String caption,
    String language,
    String contributor,
    String licence,
    String expectedDigest,
    Map<String, String> annotations,
    SourceKind sourceKind)
    implements Submission {

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  /**
   * @throws InvalidLinkException where URL, caption or digest cannot be right
   */
  public NewLink {
    // Names with one hash code make a tree here. Map.copyOf would compare each with all before it.
    annotations = Collections.unmodifiableMap(new HashMap<>(annotations));
    expectedDigest = expectedDigest.toLowerCase(Locale.ROOT);
    try {
      String unused = LinkHost.of(url);
    } catch (InvalidUrlException e) {
      throw new InvalidLinkException("url", e.getMessage());
    }
    if (caption.isBlank()) {
      throw new InvalidLinkException("caption", "the caption is empty; say what the image shows");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(caption)) {
      throw new InvalidLinkException(
          "caption", "the caption holds half a character, which has no form in UTF-8");
    }
    if (!expectedDigest.isEmpty() && !DIGEST.matcher(expectedDigest).matches()) {
      throw new InvalidLinkException(
          "expected_digest",
          "the expected digest is not SHA-256 in 64 hex digits; leave it out where it is unknown");
    }
  }

  /** A link of which no more is known than these three. */
  public static NewLink of(String url, String caption, String language) {
    return new NewLink(url, caption, language, "", "", "", Map.of(), SourceKind.SCRAPED);
  }

  /** The id under which the link can be asked after. */
  public String linkId() {
    return PairIdentity.linkId(url, caption);
  }

  /** The record's key. */
  String host() {
    return LinkHost.of(url);
  }
}
