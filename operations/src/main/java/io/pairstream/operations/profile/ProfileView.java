package io.pairstream.operations.profile;

import io.pairstream.operations.catalogue.Catalogue;
import io.pairstream.service.table.Look;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Asks the catalogue for the profile. Thread-safe. */
public final class ProfileView {

  private final Catalogue catalogue;
  private Profile read = new Profile();
  private long records;

  /**
   * @param catalogue with a {@link ProfileFold}
   */
  public ProfileView(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  /** The profile as it stands now. */
  public ProfileReport report(ProfileQuestion question) {
    return catalogue.look(ProfileFold.PART, look -> report(question, look));
  }

  /** Pairs by where they stand. */
  public Map<String, Long> byStanding() {
    return report(ProfileQuestion.EVERYTHING).counts().get("standing").counts().stream()
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

  /** Reads the table where it has changed: a large one takes some tens of milliseconds. */
  private synchronized ProfileReport report(ProfileQuestion question, Look look) {
    long now = ProfileTable.records(look::get);
    if (now != records) {
      read = ProfileTable.read(ProfileTable.Entries.of(look));
      records = now;
    }
    return ProfileReport.of(read, question);
  }
}
