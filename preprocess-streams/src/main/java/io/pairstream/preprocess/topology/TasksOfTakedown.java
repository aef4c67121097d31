package io.pairstream.preprocess.topology;

import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.streams.processor.StreamPartitioner;

/**
 * Which tasks a takedown concerns: that of its image, where the image is known; otherwise all, as
 * also where one is lifted, which says nothing but its key.
 */
final class TasksOfTakedown implements StreamPartitioner<String, Takedown> {

  @Override
  public Optional<Set<Integer>> partitions(
      String topic, String key, Takedown takedown, int partitions) {
    String imageDigest = takedown == null ? "" : imageDigest(takedown);
    return Optional.of(
        imageDigest.isEmpty()
            ? IntStream.range(0, partitions).boxed().collect(Collectors.toUnmodifiableSet())
            : Set.of(Placement.partitionOf(imageDigest, partitions)));
  }

  private static String imageDigest(Takedown takedown) {
    return takedown.getKind().equals(TakedownKind.IMAGE.name())
        ? takedown.getSubject()
        : takedown.getImageDigest();
  }
}
