package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.pairstream.feed.FeedStats;
import io.pairstream.feed.ReadyBatch;
import java.util.List;

/**
 * A batch as JSON.
 *
 * @param firstCaption empty where a rank has no part of a last batch
 */
record PrintedBatch(
    long batch,
    int size,
    String imageType,
    List<Integer> imageShape,
    List<Integer> tokenShape,
    List<String> pairIds,
    String firstCaption,
    long samplesPerSecond,
    double dataWaitSeconds,
    @JsonRawValue String position) {

  static PrintedBatch of(ReadyBatch batch, FeedStats stats) {
    return new PrintedBatch(
        batch.number(),
        batch.size(),
        "uint8",
        batch.imageShape(),
        batch.tokenShape(),
        batch.pairIds(),
        batch.captions().stream().findFirst().orElse(""),
        Math.round(stats.samplesPerSecond()),
        stats.dataWait().toMillis() / 1e3,
        batch.position().toJson());
  }
}
