package io.pairstream.service.report;

import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.schemas.wire.RootCause;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * An obstacle in a service's way, for a person.
 *
 * @param text in an English sentence; empty in {@link #NONE}
 * @param template name of the sentence's template, by which the dashboard says it in its language
 * @param arguments words for the template's places
 */
public record Obstacle(String text, String template, List<String> arguments) {

  /** Nothing is in the way. */
  public static final Obstacle NONE = known("", "");

  public Obstacle {
    arguments = List.copyOf(arguments);
  }

  /** This one; empty for {@link #NONE}. */
  public Optional<Obstacle> ifAny() {
    return text.isEmpty() ? Optional.empty() : Optional.of(this);
  }

  /** An obstacle that an exception tells of. */
  public static Obstacle of(RuntimeException e) {
    String why = RootCause.message(e);
    if (e instanceof MissingSchemaException || e instanceof UnknownTopicOrPartitionException) {
      return known("MISSING", "{0}", e.getMessage());
    }
    return e instanceof RegistryUnavailableException
        ? known("REGISTRY_AWAY", "the schema registry does not answer: {0}", why)
        : e instanceof RetriableException
            ? known("KAFKA_AWAY", "Kafka does not answer: {0}", why)
            : known("FAILS", "{0}", why);
  }

  /** A topic that is not read as it should be. */
  public static Obstacle notRead(String why) {
    return known("NOT_READ", "{0}", why);
  }

  /**
   * An obstacle that the dashboard knows.
   *
   * @param english the sentence with places, like {@code {0} stands still}
   */
  public static Obstacle known(String template, String english, Object... arguments) {
    List<String> words = Arrays.stream(arguments).map(String::valueOf).toList();
    String text = english;
    for (int place = 0; place < words.size(); place++) {
      text = text.replace("{" + place + "}", words.get(place));
    }
    return new Obstacle(text, template, words);
  }
}
