package io.pairstream.cleaning.image;

import java.util.Locale;
import java.util.Optional;

/** An image file format that is recognised by its magic bytes. */
public enum ImageType {
  JPEG,
  PNG,
  WEBP,
  GIF;

  /** The type that a file's first bytes say; nothing where they are those of another format. */
  public static Optional<ImageType> of(byte[] file) {
    HeaderBytes start = new HeaderBytes(file);
    if (start.isText(0, "\u00ff\u00d8\u00ff")) {
      return Optional.of(JPEG);
    }
    if (start.isText(0, "\u0089PNG")) {
      return Optional.of(PNG);
    }
    if (start.isText(0, "RIFF") && start.isText(8, "WEBP")) {
      return Optional.of(WEBP);
    }
    return start.isText(0, "GIF87a") || start.isText(0, "GIF89a")
        ? Optional.of(GIF)
        : Optional.empty();
  }

  /** As people write it. */
  public String inWords() {
    return this == WEBP ? "WebP" : name();
  }

  /** As in a {@code Content-Type}: {@code image/jpeg}. */
  public String mediaType() {
    return "image/" + name().toLowerCase(Locale.ROOT);
  }
}
