package io.pairstream.ingest.view;

import java.time.Duration;
import java.util.Optional;

/**
 * What a view follows, and what it makes of it.
 *
 * @param topic full name of the topic
 * @param fold what a record does
 * @param kept how long an entry is kept after the record that wrote it last; empty for ever
 */
public record ViewPlan(String topic, Fold fold, Optional<Duration> kept) {

  /** A compacted topic: the last value of each key. */
  public static ViewPlan lastOfEachKey(String topic) {
    return new ViewPlan(topic, Fold.lastOfEachKey(), Optional.empty());
  }
}
