package io.pairstream.cleaning.image;

/**
 * One change to the pixels of a picture that is already at its size.
 *
 * @param kind what is done; it says which of the others count
 * @param size side of a kernel in pixels, or number of tiles per side
 * @param sigmaPx standard deviation of a Gaussian in pixels; 0 where the kernel's size gives it
 * @param strength how much, in the unit of the kind
 */
public record PixelOperation(Kind kind, int size, double sigmaPx, double strength) {

  /** What can be done to pixels. */
  public enum Kind {
    /** Blur by a Gaussian kernel: size, sigma. */
    GAUSSIAN,
    /** The median of the neighbourhood: size. */
    MEDIAN,
    /** Blur that stops at edges: size, sigma, and how far levels may differ as the strength. */
    BILATERAL,
    /** The mean of similar patches: the filter's h, in levels, as the strength. */
    NL_MEANS,
    /** Each level to the power of the strength, 0 to 255 taken as 0 to 1. */
    GAMMA,
    /** The luma's histogram made even over the whole picture. */
    EQUALISE,
    /** The luma's histogram made even tile by tile: size x size tiles; clip limit as strength. */
    CLAHE,
    /** Unsharp mask: sigma, and the amount as the strength. */
    SHARPEN
  }
}
