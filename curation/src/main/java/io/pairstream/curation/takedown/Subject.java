package io.pairstream.curation.takedown;

import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.LinkHost.InvalidUrlException;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.TakedownKind;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Subject of a takedown.
 *
 * @param name pair id, image digest, contributor or producer as pairs have them, host as in {@link
 *     LinkHost}, or name of a {@link SourceKind}
 */
public record Subject(TakedownKind kind, String name) {

  private static final Pattern PAIR_ID = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final int LONGEST_CONTRIBUTOR = 8 * 1024;

  /**
   * One pair.
   *
   * @throws IllegalArgumentException where it is no pair id
   */
  public static Subject pair(String id) {
    return named(TakedownKind.PAIR, id, PAIR_ID, "a pair id has 32 hex digits in lower case");
  }

  /**
   * All pairs of an image.
   *
   * @throws IllegalArgumentException where it is no digest
   */
  public static Subject image(String digest) {
    return named(
        TakedownKind.IMAGE, digest, DIGEST, "an image's digest has 64 hex digits in lower case");
  }

  /**
   * All pairs of a contributor.
   *
   * @throws IllegalArgumentException for a name that no pair can have
   */
  public static Subject contributor(String name) {
    return new Subject(TakedownKind.CONTRIBUTOR, checked("a contributor", name));
  }

  /**
   * All pairs that were sent with a producer's keys, whomever they name.
   *
   * @throws IllegalArgumentException for a name that no key can have
   */
  public static Subject producer(String name) {
    return new Subject(TakedownKind.PRODUCER, checked("a producer", name));
  }

  private static String checked(String whose, String name) {
    if (name.isBlank()
        || name.length() > LONGEST_CONTRIBUTOR
        || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          whose + "'s name has 1 to 8192 characters, none of them a control character");
    }
    return name;
  }

  /**
   * All pairs of a host, or of a kind of source.
   *
   * @param text a host, a URL on it, or one of {@link SourceKind} in any case
   * @throws IllegalArgumentException where it is none of these
   */
  public static Subject source(String text) {
    String upper = text.toUpperCase(Locale.ROOT);
    if (SourceKind.isNamed(upper)) {
      return new Subject(TakedownKind.SOURCE, upper);
    }
    try {
      return new Subject(
          TakedownKind.SOURCE, LinkHost.of(text.contains("://") ? text : "http://" + text + "/"));
    } catch (InvalidUrlException e) {
      throw new IllegalArgumentException(
          "a source is a host such as pictures.example.org, a URL on it, or one of "
              + Arrays.toString(SourceKind.values())
              + "; "
              + e.getMessage(),
          e);
    }
  }

  /** Key of its takedown. */
  public String key() {
    return kind.key(name);
  }

  private static Subject named(TakedownKind kind, String name, Pattern right, String sentence) {
    if (!right.matcher(name).matches()) {
      throw new IllegalArgumentException(sentence);
    }
    return new Subject(kind, name);
  }
}
