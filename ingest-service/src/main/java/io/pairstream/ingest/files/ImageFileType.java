package io.pairstream.ingest.files;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The image files that a folder is searched for, by their names alone. */
final class ImageFileType {

  private static final Map<String, String> MEDIA_TYPES =
      Map.of(
          "jpg", "image/jpeg",
          "jpeg", "image/jpeg",
          "png", "image/png",
          "webp", "image/webp",
          "gif", "image/gif");

  /** Extensions of pictures that are not supported. */
  private static final Set<String> UNSUPPORTED =
      Set.of("heic", "heif", "avif", "tif", "tiff", "bmp", "jxl", "jp2", "svg", "ico", "psd");

  private ImageFileType() {}

  /** The extension of a picture's file of a type that is not supported, such as {@code heic}. */
  static Optional<String> unsupported(Path file) {
    return Optional.of(extension(file.getFileName().toString())).filter(UNSUPPORTED::contains);
  }

  static String extension(String name) {
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  /** The media type that the file's extension stands for, if it is an image's. */
  static Optional<String> mediaType(Path file) {
    return mediaType(file.getFileName().toString());
  }

  /** The media type that a file's name stands for, if it is an image's. */
  static Optional<String> mediaType(String name) {
    return Optional.ofNullable(MEDIA_TYPES.get(extension(name)));
  }

  /** The file beside it with another extension: {@code owl.jpg} and {@code txt} give owl.txt. */
  static Path beside(Path file, String extension) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return file.resolveSibling((dot < 0 ? name : name.substring(0, dot)) + "." + extension);
  }
}
