package io.pairstream.cleaning.image;

import java.util.Locale;

/** An image file format that is recognised by its magic bytes. */
public enum ImageType {
  JPEG,
  PNG,
  WEBP,
  GIF;

  /** As people write it. */
  String inWords() {
    return this == WEBP ? "WebP" : name();
  }

  /** As in a {@code Content-Type}: {@code image/jpeg}. */
  public String mediaType() {
    return "image/" + name().toLowerCase(Locale.ROOT);
  }
}
