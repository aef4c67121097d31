package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.image.HeaderBytes.DamagedException;

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
    return "reads what the file's header declares; rejects what is no whole JPEG, PNG, WebP or"
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
}
