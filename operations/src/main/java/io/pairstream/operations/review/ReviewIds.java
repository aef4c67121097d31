package io.pairstream.operations.review;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Sha256;
import io.pairstream.schemas.wire.OriginHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Names of reviews.
 *
 * <p>They follow from the entry in quarantine that is decided about. Whoever decides the same a
 * second time, on whatever machine, comes to the same name and finds that it is done.
 */
public final class ReviewIds {

  private ReviewIds() {}

  /** The decision of that kind about an entry, of which there is one. */
  static String of(Decision decision, Origin entry) {
    return named(decision.name(), entry);
  }

  /** The decisions that send an entry again; an entry has one of them at most. */
  static List<String> sending(Origin entry) {
    return Arrays.stream(Decision.values())
        .filter(Decision::sends)
        .map(decision -> of(decision, entry))
        .toList();
  }

  /** All decisions that are named after an entry: those that send it again, and the refusal. */
  public static Set<String> about(Origin entry) {
    return Arrays.stream(Decision.values())
        .map(decision -> of(decision, entry))
        .collect(Collectors.toSet());
  }

  /** A further decision to send an entry again that was sent before. */
  static String sendingOnceMore() {
    return UUID.randomUUID().toString();
  }

  /**
   * A UUID of version 8, the one for names made in one's own way.
   *
   * @see <a href="https://www.rfc-editor.org/rfc/rfc9562#section-5.8">RFC 9562</a>
   */
  private static String named(String what, Origin entry) {
    String text = "pairstream review " + what + ' ' + OriginHeader.text(entry);
    ByteBuffer hash = ByteBuffer.wrap(Sha256.of(text));
    long most = (hash.getLong() & ~0xF000L) | 0x8000L;
    long least = (hash.getLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
    return new UUID(most, least).toString();
  }
}
