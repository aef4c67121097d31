package io.pairstream.feed.view;

import io.pairstream.service.cluster.ClusterAccess;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

/** A data set's named views. Thread-safe. */
public record ViewStore(ClusterAccess cluster) {

  /**
   * All views, by name.
   *
   * @throws InvalidViewException where a record on their topic is no segment of a view
   * @throws KafkaException where the broker does not answer or there is no topic of views
   */
  public List<NamedView> all() {
    return topic().readCommitted().views();
  }

  /**
   * The view of a name; empty where there is none.
   *
   * @throws InvalidViewException where nothing can be called so, or its records are not those of a
   *     view
   * @throws KafkaException where the broker does not answer or there is no topic of views
   */
  public Optional<NamedView> find(String name) {
    NamedView.requireName(name);
    return topic().readCommitted().view(name);
  }

  /**
   * The view of a name.
   *
   * @throws InvalidViewException where there is none, nothing can be called so, or its records are
   *     not those of a view
   * @throws KafkaException where the broker does not answer or there is no topic of views
   */
  public NamedView require(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new InvalidViewException(
                    "there is no view %s in the data set %s; view ls tells which there are"
                        .formatted(name, cluster.dataset().name())));
  }

  /**
   * Becomes the only writer of a view, which need not exist yet. The previous writer is fenced.
   *
   * @throws InvalidViewException where nothing can be called so
   * @throws io.pairstream.schemas.wire.MissingSchemaException where the registry does not hold the
   *     schema
   * @throws KafkaException where the broker does not answer or there is no topic of views
   */
  public ViewLog open(String name) {
    NamedView.requireName(name);
    cluster.topics().views().requireSchema();
    return new ViewLog(cluster, name, topic());
  }

  private ViewTopic topic() {
    return new ViewTopic(cluster);
  }
}
