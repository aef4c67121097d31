package io.pairstream.schemas.wire;

import io.pairstream.schemas.Hint;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The topics of several that are not there. */
public final class MissingTopics {

  private MissingTopics() {}

  /**
   * Descriptions of topics.
   *
   * @throws UnknownTopicOrPartitionException where some are missing, which the message names, with
   *     the command that creates them
   * @throws KafkaException where the cluster does not describe them for another reason
   */
  public static Map<String, TopicDescription> describe(Admin admin, List<String> topics)
      throws InterruptedException {
    var answers = admin.describeTopics(topics);
    try {
      return KafkaAnswers.get(answers.allTopicNames());
    } catch (UnknownTopicOrPartitionException e) {
      // Without its cause, which says less: readers of messages look for the last cause.
      throw new UnknownTopicOrPartitionException(message(among(answers.topicNameValues())));
    } catch (TopicAuthorizationException e) {
      throw refused(answers.topicNameValues());
    }
  }

  /**
   * The refusal with the names of the topics that are refused, which Kafka's own lacks.
   *
   * @param answers to the question for each topic, by name
   */
  public static TopicAuthorizationException refused(
      Map<String, KafkaFuture<TopicDescription>> answers) {
    return new TopicAuthorizationException(failing(answers, TopicAuthorizationException.class));
  }

  /**
   * Names of those that are missing, in order.
   *
   * @param answers to the question for each topic, by name
   */
  public static List<String> among(Map<String, KafkaFuture<TopicDescription>> answers) {
    return List.copyOf(failing(answers, UnknownTopicOrPartitionException.class));
  }

  private static Set<String> failing(
      Map<String, KafkaFuture<TopicDescription>> answers, Class<? extends KafkaException> with) {
    Set<String> failing = new TreeSet<>();
    answers.forEach(
        (name, answer) -> {
          try {
            KafkaAnswers.await(answer);
          } catch (RuntimeException e) {
            if (with.isInstance(e)) {
              failing.add(name);
            }
          }
        });
    return failing;
  }

  /** The topics' names begin with their data set's, which has no dot. */
  private static String message(List<String> missing) {
    String first = missing.get(0);
    return "%s %s not exist; run: %s"
        .formatted(
            (missing.size() == 1 ? "topic " : "topics ") + String.join(", ", missing),
            missing.size() == 1 ? "does" : "do",
            Hint.of("topics create --dataset " + first.substring(0, first.indexOf('.'))));
  }
}
