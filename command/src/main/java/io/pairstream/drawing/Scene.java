package io.pairstream.drawing;

import java.util.List;

/**
 * A picture before it is drawn, with a caption in each language that is true of it.
 *
 * @param widthPx width in pixels
 * @param heightPx height in pixels
 * @param things from back to front; the middle of each stays visible
 */
record Scene(
    int widthPx,
    int heightPx,
    Backdrop backdrop,
    List<Thing> things,
    String english,
    String chinese) {

  Scene {
    things = List.copyOf(things);
  }

  /**
   * A figure at its place.
   *
   * @param colour the colour it is described by
   * @param rgb the colour it is drawn in, 0xRRGGBB, a shade of {@code colour}
   * @param centreX centre in pixels from the left
   * @param centreY centre in pixels from the top
   * @param size side of the square that holds it, in pixels
   */
  record Thing(
      Figure figure, Colour colour, int rgb, double centreX, double centreY, double size) {}
}
