package io.pairstream.plugin;

import java.util.Map;

/**
 * Numbers of a picture, without its pixels.
 *
 * @param widthPx width of the upright original in pixels
 * @param heightPx height of the upright original in pixels
 * @param measures what the recipe has measured, by name: {@code sharpness}, {@code entropy_bits}
 *     and so on; without those of {@code quality} where {@code quality.measures} is {@code none}
 */
public record Picture(int widthPx, int heightPx, Map<String, Double> measures) {

  public Picture {
    measures = Map.copyOf(measures);
  }
}
