package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.image.HeaderBytes.DamagedException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads what an image file declares about itself: type, size, depth and colour model.
 *
 * <p>Decides the type by the first bytes alone and decodes no pixel. The declared size is never
 * smaller than what a decoder makes of the file. Takes time linear in the file's size and throws on
 * no byte sequence.
 *
 * <p>Rejects: {@code IMAGE_EMPTY}, {@code IMAGE_TYPE_UNKNOWN}, {@code IMAGE_TYPE_UNSUPPORTED},
 * {@code IMAGE_HEADER_DAMAGED}.
 */
public final class ProbeImage implements Step<EncodedImage, ProbedImage> {

  @Override
  public String inWords() {
    return "reads what the file's header declares; rejects all but a whole JPEG, PNG, WebP or"
        + " GIF";
  }

  @Override
  public Outcome<ProbedImage> apply(EncodedImage image) {
    return image.declared(ProbeImage::read);
  }

  private static Outcome<ProbedImage> read(EncodedImage image) {
    if (image.size() == 0) {
      return Outcome.rejected(RejectReason.IMAGE_EMPTY, "the image has no bytes");
    }
    return ImageType.of(image.bytes())
        .map(type -> read(type, image))
        .orElseGet(() -> ForeignFile.refuse(new HeaderBytes(image.bytes())));
  }

  private static Outcome<ProbedImage> read(ImageType type, EncodedImage image) {
    try {
      return switch (type) {
        case JPEG -> Outcome.kept(new JpegHeader(image).read());
        case PNG -> PngHeader.read(image);
        case WEBP -> Outcome.kept(WebpHeader.read(image));
        case GIF -> Outcome.kept(GifHeader.read(image));
      };
    } catch (DamagedException e) {
      return Outcome.rejected(
          RejectReason.IMAGE_HEADER_DAMAGED, type.inWords() + ": " + e.getMessage());
    }
  }

  /**
   * A file that is none of the formats in {@link ImageType}, and what it looks like instead.
   *
   * <p>Rejects: {@code IMAGE_TYPE_UNSUPPORTED} where it looks like another image format, {@code
   * IMAGE_TYPE_UNKNOWN} otherwise.
   */
  static final class ForeignFile {

    private static final int BEGINNING = 1024;

    private static final String MARKUP = "(?i)(?:\u00ef\u00bb\u00bf)?[\\s\\x1c-\\x1f]*(?=<)";

    /** Kinds of files; the first match counts. */
    private static final List<Kind> KINDS =
        List.of(
            image("TIFF", "II\\*\0|MM\0\\*"),
            image("BMP", "BM"),
            image("AVIF", ".{4}ftypavi[fs]"),
            image("HEIC", ".{4}ftyp(?:hei[cxms]|hevc|mif1|msf1)"),
            image("JPEG XL", "\0\0\0\fJXL |\u00ff\n"),
            image("JPEG 2000", "\0\0\0\fjP  |\u00ffO\u00ffQ"),
            image("a Photoshop file", "8BPS"),
            image("an icon file", "\0\0\u0001\0"),
            image("OpenEXR", "v/1\u0001"),
            image("SVG", MARKUP + ".*<svg"),
            other("a PDF document", "%PDF"),
            other("a ZIP archive", "PK\u0003\u0004"),
            other("a gzip archive", "\u001f\u008b"),
            other("a video", ".{4}ftyp"),
            other("a sound or video file", "RIFF"),
            other("an HTML page", MARKUP + "(?:<!doctype html|.*<html)"),
            other("an XML document", MARKUP + "<\\?xml"),
            other("text", "[\\x20-\\x7E\\x80-\\xFF\\n\\r\\t]*$"));

    private ForeignFile() {}

    private record Kind(String name, boolean isImage, Pattern beginning) {}

    private static Kind image(String name, String beginning) {
      return new Kind(name, true, Pattern.compile(beginning, Pattern.DOTALL));
    }

    private static Kind other(String name, String beginning) {
      return new Kind(name, false, Pattern.compile(beginning, Pattern.DOTALL));
    }

    static <T> Outcome<T> refuse(HeaderBytes file) {
      String beginning = file.text(0, BEGINNING);
      for (Kind kind : KINDS) {
        if (kind.beginning().matcher(beginning).lookingAt()) {
          return kind.isImage()
              ? Outcome.rejected(
                  RejectReason.IMAGE_TYPE_UNSUPPORTED,
                  "the file looks like " + kind.name() + "; accepted are JPEG, PNG, WebP and GIF")
              : Outcome.rejected(
                  RejectReason.IMAGE_TYPE_UNKNOWN,
                  "the file looks like " + kind.name() + ", not like an image");
        }
      }
      return Outcome.rejected(
          RejectReason.IMAGE_TYPE_UNKNOWN,
          "the file's first bytes are those of no known image format");
    }
  }
}
