package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.image.HeaderBytes.DamagedException;
import java.util.function.Supplier;

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
    return "reads what the file's header declares; turns away what is no whole JPEG, PNG, WebP or"
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
    HeaderBytes file = new HeaderBytes(image.bytes());
    if (file.isText(0, "\u00ff\u00d8\u00ff")) {
      return read(ImageType.JPEG, () -> Outcome.kept(new JpegHeader(image).read()));
    }
    if (file.isText(0, "\u0089PNG")) {
      return read(ImageType.PNG, () -> PngHeader.read(image));
    }
    if (file.isText(0, "RIFF") && file.isText(8, "WEBP")) {
      return read(ImageType.WEBP, () -> Outcome.kept(WebpHeader.read(image)));
    }
    if (file.isText(0, "GIF87a") || file.isText(0, "GIF89a")) {
      return read(ImageType.GIF, () -> Outcome.kept(GifHeader.read(image)));
    }
    return ForeignFile.refuse(file);
  }

  private static Outcome<ProbedImage> read(ImageType type, Supplier<Outcome<ProbedImage>> header) {
    try {
      return header.get();
    } catch (DamagedException e) {
      return Outcome.rejected(
          RejectReason.IMAGE_HEADER_DAMAGED, type.inWords() + ": " + e.getMessage());
    }
  }
}
