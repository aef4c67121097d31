package io.pairstream.schemas.wire;

import io.pairstream.schemas.Origin;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * The header in which a raw record's coordinates travel: {@code topic-partition-offset} in UTF-8.
 *
 * <p>Trusted only on topics that the topology alone writes.
 */
public final class OriginHeader {

  public static final String NAME = "pairstream.origin";

  private OriginHeader() {}

  /** Sets the header, in place of any that the record carries. */
  public static void write(Headers headers, Origin origin) {
    write(headers, NAME, text(origin));
  }

  /** Sets a header to a text, in place of any of that name. */
  static void write(Headers headers, String name, String text) {
    headers.remove(name);
    headers.add(name, text.getBytes(StandardCharsets.UTF_8));
  }

  /** The coordinates, if the header is there and well-formed. */
  public static Optional<Origin> read(Headers headers) {
    return read(headers, NAME);
  }

  /** Coordinates in the same form under another name. */
  static Optional<Origin> read(Headers headers, String name) {
    return parse(text(headers, name));
  }

  /** Parses the text of {@link #text}; empty for any other text. */
  public static Optional<Origin> parse(String text) {
    int beforeOffset = text.lastIndexOf('-');
    int beforePartition = text.lastIndexOf('-', beforeOffset - 1);
    if (beforePartition < 1) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Origin(
              text.substring(0, beforePartition),
              Integer.parseInt(text.substring(beforePartition + 1, beforeOffset)),
              Long.parseLong(text.substring(beforeOffset + 1))));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** A header's text; empty where it is not there. */
  static String text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? ""
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  /** {@code topic-partition-offset}: also the key of a quarantined record that has no pair id. */
  public static String text(Origin origin) {
    return origin.getTopic() + "-" + origin.getPartition() + "-" + origin.getOffset();
  }
}
