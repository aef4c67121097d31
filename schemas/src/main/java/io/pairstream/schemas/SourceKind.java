package io.pairstream.schemas;

import java.util.Arrays;

/** How a pair was obtained: values of {@code source_kind}. */
public enum SourceKind {
  CROWDSOURCED,
  SCRAPED,
  IMPORTED,
  SYNTHETIC,
  /** The caption is a model's. */
  GENERATED;

  /** Whether a text is the name of one of these. */
  public static boolean isNamed(String text) {
    return Arrays.stream(values()).anyMatch(kind -> kind.name().equals(text));
  }
}
