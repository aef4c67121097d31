package io.pairstream.schemas;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Rules for a pair's labels, at every input and in the topology. */
public final class LabelRule {

  /** Most labels of a pair: pictures of COCO have at most 18. */
  public static final int MAX_LABELS = 64;

  /** Longest label, in bytes of UTF-8. */
  public static final int MAX_BYTES = 200;

  /** Separator of labels where a text holds several: {@code dog|cat}. */
  public static final String SEPARATOR = "|";

  private static final int SHOWN_CHARACTERS = 40;

  private LabelRule() {}

  /**
   * The labels in their order, without the white space around them, empty ones and repeats. One
   * that holds {@link #SEPARATOR} is several, as in a file. What has been cleaned is not changed by
   * cleaning.
   */
  public static List<String> cleaned(List<String> labels) {
    return labels.stream()
        .flatMap(label -> Arrays.stream(label.split(Pattern.quote(SEPARATOR))))
        .map(String::strip)
        .filter(label -> !label.isEmpty())
        .distinct()
        .toList();
  }

  /**
   * Fault of labels, with what would be right, in a sentence; empty where there is none.
   *
   * @param labels as {@link #cleaned} gives them
   */
  public static Optional<String> fault(List<String> labels) {
    if (labels.size() > MAX_LABELS) {
      return Optional.of(
          "there are %,d labels; a pair has at most %d".formatted(labels.size(), MAX_LABELS));
    }
    return labels.stream().map(LabelRule::faultOf).flatMap(Optional::stream).findFirst();
  }

  private static Optional<String> faultOf(String label) {
    if (!FieldRule.isPlain(label)) {
      return Optional.of("a label holds control characters, or bytes that are not UTF-8");
    }
    int bytes = FieldRule.utf8Bytes(label);
    return bytes <= MAX_BYTES
        ? Optional.empty()
        : Optional.of(
            "the label '%s…' has %,d bytes; a label has at most %d"
                .formatted(beginning(label), bytes, MAX_BYTES));
  }

  private static String beginning(String label) {
    return label.substring(0, label.offsetByCodePoints(0, SHOWN_CHARACTERS));
  }
}
