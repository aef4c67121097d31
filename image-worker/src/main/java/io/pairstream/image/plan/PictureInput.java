package io.pairstream.image.plan;

import java.util.List;

/**
 * How a model is shown a picture: scaled, cut or padded to a fixed size, then made numbers.
 *
 * <p>A level of 0 to 255 in channel {@code c} becomes {@code (level * scale - mean[c]) /
 * deviation[c]}, as float32; channels are counted in the order in which the model takes them.
 *
 * @param tensor name of the graph's input
 * @param fit how a picture of another shape fits
 * @param resizePx what the picture is scaled to before the middle is cut out; at least {@code
 *     sidePx}, and equal to it for {@link Fit#PAD}
 * @param sidePx width and height of what the model sees; 8 to 1024. A cascade sees the whole
 *     picture, whose longer side is 32 to 4096 at most
 * @param resampling how it is scaled
 * @param padLevel grey level of the borders of {@link Fit#PAD}, 0 to 255
 * @param jpegQuality quality of the JPEG, with halved chroma, that the scaled picture goes through
 *     before it is cut, 1 to 100; 0 for none
 * @param channels order of the channels
 * @param layout order of the tensor's dimensions
 * @param scale what each level is multiplied with
 * @param mean one for each of the three channels
 * @param deviation one for each of the three channels; not 0
 */
public record PictureInput(
    String tensor,
    Fit fit,
    int resizePx,
    int sidePx,
    Resampling resampling,
    int padLevel,
    int jpegQuality,
    Channels channels,
    Layout layout,
    double scale,
    List<Double> mean,
    List<Double> deviation) {

  public PictureInput {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
  }

  /** How a picture of another shape fits. */
  public enum Fit {
    /** The shorter side is scaled to {@code resizePx}; the middle is cut out. */
    CROP,
    /** The longer side is scaled to {@code sidePx}; borders fill the rest, the larger ones last. */
    PAD,
    /** Both sides are scaled to {@code resizePx}, whatever the shape; the middle is cut out. */
    STRETCH
  }

  /** How a picture is scaled: in two passes as Pillow does it, or by area as OpenCV does. */
  public enum Resampling {
    BOX,
    BILINEAR,
    BICUBIC,
    LANCZOS,
    OPENCV_AREA
  }

  /** Order of the channels. */
  public enum Channels {
    RGB,
    BGR
  }

  /** Order of the tensor's dimensions. */
  public enum Layout {
    /** {@code float32 [batch, 3, side, side]}. */
    NCHW,
    /** {@code float32 [batch, side, side, 3]}. */
    NHWC
  }
}
