package io.pairstream.cli;

import io.pairstream.feed.view.View;
import io.pairstream.feed.view.ViewRetention;
import io.pairstream.service.report.Reading;
import io.pairstream.service.report.ReadingSource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** How long the pairs of a feed's view are kept. */
record RetentionReading(View view, ViewRetention retention, Clock clock) implements ReadingSource {

  @Override
  public void read(Reading reading) {
    reading.fact("view_retention", retention.inWords());
    if (retention.leavesFrom().isPresent()) {
      Instant leaves = retention.leavesFrom().get();
      reading.gauge(
          "feed_view_expires_seconds",
          Duration.between(clock.instant(), leaves).toMillis() / 1e3,
          "view",
          view.fingerprint());
    }
  }
}
