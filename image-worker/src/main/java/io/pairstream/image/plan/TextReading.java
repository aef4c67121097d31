package io.pairstream.image.plan;

/**
 * How the lines of text in a picture are found and read, by two graphs as PaddleOCR's PP-OCR has
 * them. The card's own file finds the lines: {@code float32 [1, 3, height, width]} to {@code
 * float32 [1, 1, height, width]}, how sure it is of text at each point, 0 to 1.
 *
 * @param recognition path of the graph that reads one line: {@code float32 [1, 3, 48, width]} to
 *     {@code float32 [1, steps, characters]}, probabilities
 * @param dictionary path of a text with a character on each line, in the order of the graph; the
 *     first stands for none
 * @param shorterSidePx what the shorter side is scaled up to where it is shorter; 32 to 2048
 * @param longerSidePx what the longer side is scaled down to where it is longer then; at least
 *     {@code shorterSidePx}, at most 2048
 * @param above points above this are text; 0 to 1
 * @param boxAbove boxes whose mean is below this are left out; 0 to 1
 * @param growth how much a box grows on each side: this, times its area, by its circumference; 0 to
 *     10
 * @param lineAbove lines whose characters are less sure on the average are left out; 0 to 1
 * @param most most lines that are read, the first in reading order; 1 to 1000
 */
public record TextReading(
    String recognition,
    String dictionary,
    int shorterSidePx,
    int longerSidePx,
    double above,
    double boxAbove,
    double growth,
    double lineAbove,
    int most)
    implements ModelTask {

  /** Most characters of a picture's words, in UTF-16. */
  public static final int MOST_CHARACTERS = 4_000;

  /** As much of a text as an answer may have; no character is cut in two. */
  public static String bounded(String text) {
    int end = Math.min(text.length(), MOST_CHARACTERS);
    boolean halved = end < text.length() && Character.isLowSurrogate(text.charAt(end));
    return text.substring(0, halved ? end - 1 : end);
  }
}
