package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import java.util.Locale;

/**
 * A file that is none of the formats in {@link ImageType}, and what it looks like instead.
 *
 * <p>Rejects: {@code IMAGE_TYPE_UNSUPPORTED} where it looks like another image format, {@code
 * IMAGE_TYPE_UNKNOWN} otherwise.
 */
final class ForeignFile {

  /** How far into a file the start of a markup document is looked for, in bytes. */
  private static final int MARKUP_BYTES = 1024;

  private ForeignFile() {}

  static <T> Outcome<T> refuse(EncodedImage image) {
    HeaderBytes file = new HeaderBytes(image.bytes());
    String format = imageFormat(file);
    if (!format.isEmpty()) {
      return Outcome.rejected(
          RejectReason.IMAGE_TYPE_UNSUPPORTED,
          "the file looks like " + format + "; accepted are JPEG, PNG, WebP and GIF");
    }
    String kind = otherKind(file);
    return Outcome.rejected(
        RejectReason.IMAGE_TYPE_UNKNOWN,
        kind.isEmpty()
            ? "the file's first bytes are those of no known image format"
            : "the file looks like " + kind + ", not like an image");
  }

  private static String imageFormat(HeaderBytes file) {
    if (file.isText(0, "II*\0") || file.isText(0, "MM\0*")) {
      return "TIFF";
    }
    if (file.isText(0, "BM")) {
      return "BMP";
    }
    if (file.isText(4, "ftyp")) {
      return isoBrand(file.text(8, 4));
    }
    if (file.isText(0, "\0\0\0\fJXL ") || file.isText(0, "\u00ff\n")) {
      return "JPEG XL";
    }
    if (file.isText(0, "\0\0\0\fjP  ") || file.isText(0, "\u00ffO\u00ffQ")) {
      return "JPEG 2000";
    }
    if (file.isText(0, "8BPS")) {
      return "a Photoshop file";
    }
    if (file.isText(0, "\0\0\u0001\0")) {
      return "an icon file";
    }
    if (file.isText(0, "v/1\u0001")) {
      return "OpenEXR";
    }
    return markup(file).contains("<svg") ? "SVG" : "";
  }

  /** Name of an image format in an ISO base media file; empty where the brand is no image's. */
  private static String isoBrand(String brand) {
    return switch (brand) {
      case "avif", "avis" -> "AVIF";
      case "heic", "heix", "hevc", "heim", "heis", "mif1", "msf1" -> "HEIC";
      default -> "";
    };
  }

  private static String otherKind(HeaderBytes file) {
    if (file.isText(0, "%PDF")) {
      return "a PDF document";
    }
    if (file.isText(0, "PK\u0003\u0004")) {
      return "a ZIP archive";
    }
    if (file.isText(0, "\u001f\u008b")) {
      return "a gzip archive";
    }
    if (file.isText(4, "ftyp")) {
      return "a video";
    }
    if (file.isText(0, "RIFF")) {
      return "a sound or video file";
    }
    String markup = markup(file);
    if (markup.startsWith("<!doctype html") || markup.contains("<html")) {
      return "an HTML page";
    }
    if (markup.startsWith("<?xml")) {
      return "an XML document";
    }
    return isText(file) ? "text" : "";
  }

  /** The file's beginning in lower case, or nothing where it does not begin with {@code <}. */
  private static String markup(HeaderBytes file) {
    String text = file.text(0, MARKUP_BYTES);
    String bom = "\u00ef\u00bb\u00bf";
    if (text.startsWith(bom)) {
      text = text.substring(bom.length());
    }
    text = text.strip();
    return text.startsWith("<") ? text.toLowerCase(Locale.ROOT) : "";
  }

  private static boolean isText(HeaderBytes file) {
    return file.text(0, MARKUP_BYTES)
        .chars()
        .allMatch(c -> (c >= 0x20 && c != 0x7F) || c == '\n' || c == '\r' || c == '\t');
  }
}
