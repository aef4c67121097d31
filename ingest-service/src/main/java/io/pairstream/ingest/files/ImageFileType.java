package io.pairstream.ingest.files;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The image files that a folder is searched for, by their names alone. */
final class ImageFileType {

  /** Extensions of pictures that are not supported. */
  static final Set<String> UNSUPPORTED =
      Set.of("heic", "heif", "avif", "tif", "tiff", "bmp", "jxl", "jp2", "svg", "ico", "psd");

  private static final Map<String, String> MEDIA_TYPES =
      Map.of(
          "jpg", "image/jpeg",
          "jpeg", "image/jpeg",
          "png", "image/png",
          "webp", "image/webp",
          "gif", "image/gif");

  private ImageFileType() {}

  static String extension(String name) {
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  /** The media type that a file's name stands for, if it is an image's. */
  static Optional<String> mediaType(String name) {
    return Optional.ofNullable(MEDIA_TYPES.get(extension(name)));
  }

  /** The file of captions beside an image: {@code owl.jpg} gives {@code owl.txt}. */
  static Path captionsBeside(Path image) {
    return image.resolveSibling(
        image.getFileName().toString().replaceFirst("\\.[^.]*$", "") + ".txt");
  }
}
