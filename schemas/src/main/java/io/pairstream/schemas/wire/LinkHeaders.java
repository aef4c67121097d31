package io.pairstream.schemas.wire;

import io.pairstream.schemas.Origin;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;

/**
 * Headers that lead from a link to what becomes of it, and back.
 *
 * <p>A raw pair that was fetched names its link ({@link #LINK}, {@code topic-partition-offset}). A
 * link may say which producer's it is; its upload records then say so too.
 */
public final class LinkHeaders {

  /** On a raw pair: coordinates of the link that it was fetched for. */
  public static final String LINK = "pairstream.link";

  /** On a link: who sent it, the owner of the API key. */
  public static final String PRODUCER = "pairstream.producer";

  private LinkHeaders() {}

  /** Names the link that a raw pair was fetched for. */
  public static void writeLink(Headers headers, Origin link) {
    OriginHeader.write(headers, LINK, OriginHeader.text(link));
  }

  /** The link that a raw pair was fetched for, if it names one. */
  public static Optional<Origin> readLink(Headers headers) {
    return OriginHeader.read(headers, LINK);
  }

  /** A header's text, its first 200 characters at most; empty where it is not there. */
  public static String text(Headers headers, String name) {
    return OneLine.beginning(OriginHeader.text(headers, name));
  }
}
