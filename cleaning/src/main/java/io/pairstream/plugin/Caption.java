package io.pairstream.plugin;

import java.util.Objects;

/**
 * A cleaned caption.
 *
 * @param text the text, in NFC
 * @param language the producer's hint, a BCP 47 tag such as {@code en}; {@code und} where there is
 *     none. A step cannot change it.
 */
public record Caption(String text, String language) {

  public Caption {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(language, "language");
  }

  /** Returns a copy with another text. */
  public Caption withText(String other) {
    return new Caption(other, language);
  }
}
