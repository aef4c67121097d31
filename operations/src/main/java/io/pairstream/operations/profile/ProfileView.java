package io.pairstream.operations.profile;

import io.pairstream.operations.catalogue.Catalogue;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Asks the catalogue for the profile. Thread-safe. */
public final class ProfileView {

  private final Catalogue catalogue;

  /**
   * @param catalogue with a {@link ProfileFold}
   */
  public ProfileView(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  /** The profile as it stands now. */
  public ProfileReport report(ProfileQuestion question) {
    return catalogue.read(table -> ProfileReport.of(table, question));
  }

  /** Accepted pairs, in all splits. */
  long pairs() {
    return byStanding().entrySet().stream()
        .filter(entry -> ProfileQuestion.isAccepted(entry.getKey()))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** Pairs by where they stand. */
  public Map<String, Long> byStanding() {
    return catalogue
        .read(table -> ProfileReport.byStanding(table, ProfileQuestion.EVERYTHING))
        .counts()
        .stream()
        .collect(Collectors.toMap(Count::value, Count::count));
  }

  /** Whether all is counted that was there when the catalogue was opened. */
  public boolean isReady() {
    return catalogue.isReady();
  }

  /** As of when it answers while the topics are not followed; empty while they are. */
  public Optional<Instant> staleSince() {
    return catalogue.staleSince();
  }
}
