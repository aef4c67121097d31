package io.pairstream.operations.profile;

import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.SourceKind;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which pairs somebody wants to know about.
 *
 * @param split training, validation or test alone; empty for all three
 * @param sourceKind one kind of source alone; empty for all
 */
public record ProfileQuestion(Optional<PairStatus> split, Optional<String> sourceKind) {

  public static final ProfileQuestion EVERYTHING =
      new ProfileQuestion(Optional.empty(), Optional.empty());

  private static final List<PairStatus> SPLITS =
      List.of(PairStatus.TRAINING, PairStatus.VALIDATION, PairStatus.TEST);
  private static final List<String> KINDS =
      Stream.concat(
              Arrays.stream(SourceKind.values()).map(SourceKind::name), Stream.of(Facts.UNKNOWN))
          .toList();

  /**
   * Reads both, in whatever case; an empty text asks for all.
   *
   * @throws IllegalArgumentException with a sentence for whoever asked, where there is no such
   *     split or kind
   */
  public static ProfileQuestion of(String split, String sourceKind) {
    return new ProfileQuestion(
        named("split", split, SPLITS.stream().map(PairStatus::name).toList())
            .map(PairStatus::valueOf),
        named("source", sourceKind, KINDS));
  }

  private static Optional<String> named(String what, String name, List<String> known) {
    String upper = name.toUpperCase(Locale.ROOT);
    if (!name.isEmpty() && !known.contains(upper)) {
      throw new IllegalArgumentException(
          "there is no %s %s; there are %s".formatted(what, name, String.join(", ", known)));
    }
    return Optional.of(upper).filter(known::contains);
  }

  /** The splits whose pairs are asked for. */
  List<String> standings() {
    return split.map(List::of).orElse(SPLITS).stream().map(PairStatus::name).toList();
  }
}
