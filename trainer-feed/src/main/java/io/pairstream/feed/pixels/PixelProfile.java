package io.pairstream.feed.pixels;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a value v from 0 to 255 becomes as a float: {@code (v / 255 - mean) / deviation} by channel,
 * computed in double precision and rounded once; v itself for NONE.
 */
public enum PixelProfile {
  /** 0 to 255. */
  NONE("none", List.of(), List.of()),
  /** 0 to 1. */
  ZERO_TO_ONE("zero-to-one", List.of(0.0), List.of(1.0)),
  /** -1 to 1. */
  MINUS_ONE_TO_ONE("minus-one-to-one", List.of(0.5), List.of(0.5)),
  /**
   * Mean and deviation of CLIP's training set, for RGB alone: <a
   * href="https://github.com/openai/CLIP/blob/main/clip/clip.py">source</a>.
   */
  CLIP(
      "clip",
      List.of(0.48145466, 0.4578275, 0.40821073),
      List.of(0.26862954, 0.26130258, 0.27577711)),
  /**
   * Mean and deviation of ImageNet, for RGB alone: <a
   * href="https://docs.pytorch.org/vision/stable/models.html">source</a>.
   */
  IMAGENET("imagenet", List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225)),
  /** The profile that the records name; records that differ are refused. */
  AS_RECIPE("as-recipe", List.of(), List.of());

  private static final int VALUES = 256;

  private final String label;
  private final List<Double> means;
  private final List<Double> deviations;

  PixelProfile(String label, List<Double> means, List<Double> deviations) {
    this.label = label;
    this.means = means;
    this.deviations = deviations;
  }

  /** The profile's name in recipes and options: {@code minus-one-to-one}. */
  public String label() {
    return label;
  }

  public static Optional<PixelProfile> of(String label) {
    return Arrays.stream(values()).filter(profile -> profile.label.equals(label)).findFirst();
  }

  /** All names, for messages. */
  public static String labels() {
    return Arrays.stream(values()).map(PixelProfile::label).collect(Collectors.joining(", "));
  }

  /** Whether the profile is made for red, green and blue, and for nothing else. */
  public boolean isForRgbAlone() {
    return means.size() > 1;
  }

  /** What each value becomes: float32 [channels, 256]. */
  float[][] tables(int channels) {
    float[][] tables = new float[channels][VALUES];
    for (int channel = 0; channel < channels; channel++) {
      for (int value = 0; value < VALUES; value++) {
        tables[channel][value] = (float) normalised(value, channel);
      }
    }
    return tables;
  }

  private double normalised(int value, int channel) {
    if (means.isEmpty()) {
      return value;
    }
    int of = Math.min(channel, means.size() - 1);
    return (value / 255.0 - means.get(of)) / deviations.get(of);
  }
}
