package io.pairstream.schemas.topics;

import io.pairstream.schemas.Hint;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;

/** Says which right a client lacks that brokers refuse, of which Kafka names the resource alone. */
public final class RefusedRight {

  /** Stands in the words of Kafka, and in none of ours. */
  private static final String OF_KAFKA = "uthoriz";

  private RefusedRight() {}

  /** A sentence with the resource, the operations that this process needs, and the remedy. */
  public static String words(AuthorizationException refused) {
    String message = String.valueOf(refused.getMessage());
    if (!message.contains(OF_KAFKA)) {
      return message;
    }
    Dataset dataset = new Dataset(Hint.option("--dataset").orElse(Dataset.DEFAULT_NAME));
    Optional<ClientRights> client =
        new AccessCatalogue(dataset)
            .clients().stream()
                .filter(
                    each ->
                        each.client().equals(Hint.running())
                            || each.commands().contains(Hint.running()))
                .findFirst();
    String needed =
        client
            .map(each -> needed(each.rights(), refused))
            .filter(words -> !words.isEmpty())
            .orElse(message);
    String of = client.map(each -> " --client " + each.client()).orElse("");
    return "Kafka refuses a right: %s; all rights are listed by: %s; acls apply grants them"
        .formatted(needed, Hint.of("acls ls" + of));
  }

  private static String needed(List<Right> rights, AuthorizationException refused) {
    Predicate<Right> isOf = of(refused);
    return rights.stream()
        .filter(isOf)
        .map(
            right ->
                "%s on %s %s%s"
                    .formatted(
                        String.join(", ", right.operationNames()),
                        right.typeName(),
                        right.resource().name(),
                        right.resource().patternType() == PatternType.PREFIXED ? "*" : ""))
        .collect(Collectors.joining("; "));
  }

  private static Predicate<Right> of(AuthorizationException refused) {
    if (refused instanceof TopicAuthorizationException topics) {
      return right ->
          is(right, ResourceType.TOPIC)
              && topics.unauthorizedTopics().contains(right.resource().name());
    } else if (refused instanceof GroupAuthorizationException group) {
      return right ->
          is(right, ResourceType.GROUP)
              && String.valueOf(group.groupId()).startsWith(right.resource().name());
    } else if (refused instanceof TransactionalIdAuthorizationException) {
      return right -> is(right, ResourceType.TRANSACTIONAL_ID);
    }
    return right -> is(right, ResourceType.CLUSTER);
  }

  private static boolean is(Right right, ResourceType type) {
    return right.resource().resourceType() == type;
  }
}
