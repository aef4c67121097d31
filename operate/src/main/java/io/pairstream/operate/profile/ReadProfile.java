package io.pairstream.operate.profile;

import io.pairstream.operate.catalogue.Catalogue;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.table.TopicTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.utils.Utils;

/**
 * Reads a data set's topics from their beginning, once, and tells what they hold. What is counted
 * lies in a folder of temporary files meanwhile: memory does not grow with the data set.
 */
public record ReadProfile(ClusterAccess cluster, Path temporary) {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /**
   * Reads all that is committed now.
   *
   * @param progress gets the number of counted accepted pairs about once a second
   * @throws IOException where there is no room for temporary files
   * @throws KafkaException where the broker does not answer, or stops to for 30 seconds
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where the registry does not
   *     answer
   */
  public ProfileReport read(ProfileReport.Question question, LongConsumer progress)
      throws IOException {
    requireTopics();
    Path folder = Files.createTempDirectory(temporary, "pairstream-profile");
    try (TopicTable catalogue =
        Catalogue.openBySplits(
            cluster, List.of(new ProfileFold(cluster.topics())), folder, Clock.systemUTC())) {
      await(
          catalogue,
          () ->
              progress.accept(
                  ProfileReport.of(catalogue, ProfileReport.Question.EVERYTHING).pairs()));
      return ProfileReport.of(catalogue, question);
    } finally {
      Utils.delete(folder.toFile());
    }
  }

  /** Fails at once, and with the client's own words, where waiting is of no use. */
  private void requireTopics() {
    cluster.requireRegistry();
    try (CommittedLog log = CommittedLog.open(cluster)) {
      log.partitions(cluster.topics().training().name());
      log.partitions(cluster.topics().receipts().name());
    }
  }

  private static void await(TopicTable catalogue, Runnable report) {
    for (int troubled = 0; troubled <= TIMEOUT.toSeconds(); ) {
      try {
        catalogue.caughtUp().get(1, TimeUnit.SECONDS);
        return;
      } catch (TimeoutException e) {
        report.run();
        troubled = catalogue.trouble().isEmpty() ? 0 : troubled + 1;
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      } catch (ExecutionException e) {
        throw new KafkaException("the topics cannot be read", e.getCause());
      }
    }
    throw new KafkaException(catalogue.trouble().orElse("the topics cannot be read"));
  }
}
