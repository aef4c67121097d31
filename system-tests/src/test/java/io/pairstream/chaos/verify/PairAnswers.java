package io.pairstream.chaos.verify;

import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Answers of models about pairs. */
public final class PairAnswers {

  private PairAnswers() {}

  /** How many committed records each pair and card has. */
  public static Map<String, Integer> counts(Cluster cluster) {
    Map<String, Integer> counts = new HashMap<>();
    try (Reading reading = new Reading(cluster)) {
      reading.all(
          List.of(new ClusterAccess(cluster).topics().pairAnswers().name()),
          record ->
              counts.merge(new String(record.key(), StandardCharsets.UTF_8), 1, Integer::sum));
    }
    return counts;
  }
}
