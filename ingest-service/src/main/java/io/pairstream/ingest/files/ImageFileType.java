package io.pairstream.ingest.files;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The image files that a folder is searched for, by their names alone. */
final class ImageFileType {

  private static final Map<String, String> MEDIA_TYPES =
      Map.of(
          "jpg", "image/jpeg",
          "jpeg", "image/jpeg",
          "png", "image/png",
          "webp", "image/webp",
          "gif", "image/gif");

  private ImageFileType() {}

  /** The media type that the file's extension stands for, if it is an image's. */
  static Optional<String> mediaType(Path file) {
    return Optional.ofNullable(MEDIA_TYPES.get(extension(file)));
  }

  /** The extension in lower case, without its dot; empty where there is none. */
  static String extension(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  /** The file beside it with another extension: {@code owl.jpg} and {@code txt} give owl.txt. */
  static Path beside(Path file, String extension) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return file.resolveSibling((dot < 0 ? name : name.substring(0, dot)) + "." + extension);
  }
}
