package io.pairstream.answers;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.service.Cluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Settings of an instance that asks models.
 *
 * @param cluster where the pairs are, and where the answers go
 * @param splits topics of the catalogue whose pairs are asked about; at least one
 * @param answersOf other data sets of the cluster, whose answers are taken over
 * @param batch most questions that a model is asked at a time; 1 to 4,096. A kill loses so many
 *     answers
 * @param batchAge how long a question waits for others; zero or more
 * @param turnTimeout how long a question waits for another instance to answer it, where it is that
 *     one's turn; zero or more
 * @param run when the work ends
 * @param askAgain reasons of failures that are asked again; of {@link Run#AGAIN} alone
 * @param folder for copies of answers, of this instance alone
 */
public record ScoreSettings(
    Cluster cluster,
    List<String> splits,
    List<Dataset> answersOf,
    int batch,
    Duration batchAge,
    Duration turnTimeout,
    Run run,
    Set<String> askAgain,
    Path folder) {

  /** Questions of a batch where nothing else is asked for. */
  public static final int USUAL_BATCH = 32;

  /** Most questions of a batch. */
  public static final int LARGEST_BATCH = 4_096;

  /** When the work ends. */
  public enum Run {
    /** Never: more is published. */
    FOLLOW,
    /** Once all is answered that was published at the start. */
    UNTIL_END,
    /**
     * Once all failures of some reasons are asked again that there were at the start. Such a run is
     * no member of a group and asks nothing else.
     */
    AGAIN
  }

  public ScoreSettings {
    splits = List.copyOf(splits);
    answersOf = List.copyOf(answersOf);
    askAgain = Set.copyOf(askAgain);
    if (batch < 1 || batch > LARGEST_BATCH) {
      throw new IllegalArgumentException(
          "--batch is 1 to %d questions, not %d".formatted(LARGEST_BATCH, batch));
    }
    if (batchAge.isNegative() || turnTimeout.isNegative()) {
      throw new IllegalArgumentException("a question waits for no time or more, not for less");
    }
    if (answersOf.contains(cluster.dataset())) {
      throw new IllegalArgumentException(
          "--answers-of names other data sets than --dataset, not " + cluster.dataset().name());
    }
  }

  /** Full names of the topics whose pairs are asked about. */
  List<String> topics(PairTopics all) {
    return splits.stream().map(split -> all.dataset().topic(split)).toList();
  }
}
