package io.pairstream.cleaning.image;

import io.pairstream.cleaning.recipe.RecipeReader;

/**
 * One picture that is made of an image: its geometry and its encoding.
 *
 * @param geometry which part of the image, at what size
 * @param encoding how the result is encoded
 * @param jpegQuality quality of a JPEG result; 1 to 100
 * @param jpegChroma how finely a JPEG result stores colour
 */
public record PictureOutput(
    Geometry geometry, ImageEncoding encoding, int jpegQuality, ChromaSubsampling jpegChroma) {

  /** Output of the default recipe: 256x256, a JPEG of quality 95. */
  static final PictureOutput PRESETS =
      new PictureOutput(Geometry.square(256), ImageEncoding.JPEG, 95, ChromaSubsampling.HALVED);

  /**
   * Reads a section: the keys of {@link Geometry}, {@code encoding}, {@code jpeg-quality} and
   * {@code jpeg-chroma}.
   *
   * @param section with the dot at its end
   * @param presetSidePx side of the square where the section says nothing; 0 for the presets' sides
   * @param presets what else is in force where the section says nothing
   */
  static PictureOutput from(
      RecipeReader recipe, String section, int presetSidePx, PictureOutput presets) {
    return new PictureOutput(
        Geometry.from(recipe, section, presetSidePx, presets.geometry()),
        recipe.choice(section + "encoding", presets.encoding()),
        recipe.integer(section + "jpeg-quality", presets.jpegQuality(), 1, 100),
        recipe.choice(section + "jpeg-chroma", presets.jpegChroma()));
  }

  /** Shape, scaling and encoding, for a person. */
  String inWords() {
    return "%s, %s%s"
        .formatted(
            geometry.inWords(),
            encoding.label(),
            encoding == ImageEncoding.JPEG ? " of quality " + jpegQuality : "");
  }

  /** Bytes of the largest result of the wanted size; of a JPEG, of any but the noisiest one. */
  long likelyMaxBytes() {
    long pixels =
        geometry.buckets().shapes().stream()
            .mapToLong(shape -> (long) shape.widthPx() * shape.heightPx())
            .max()
            .orElse((long) geometry.widthPx() * geometry.heightPx());
    return encoding == ImageEncoding.JPEG ? pixels / 4 : pixels * 3;
  }

  /** How finely a JPEG stores colour, beside its brightness. */
  public enum ChromaSubsampling {
    /** Half in both directions, 4:2:0. */
    HALVED,
    /** In full, 4:4:4. */
    FULL
  }

  /** How a prepared image is encoded. */
  public enum ImageEncoding {
    /** Baseline JPEG at the recipe's quality. */
    JPEG,
    /** PNG, lossless. */
    PNG,
    /** uint8 [height, width, 3], RGB, row-major, no padding. */
    RAW;

    /** The name in records and recipes: jpeg, png, raw. */
    public String label() {
      return RecipeReader.word(this);
    }
  }
}
