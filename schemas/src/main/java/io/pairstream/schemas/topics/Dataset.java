package io.pairstream.schemas.topics;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A data set's name. Its topics, groups and application id begin with it, so that several data sets
 * share a cluster.
 *
 * @param name 1 to 60 lower-case letters, digits, hyphens and underscores, a letter or digit first
 */
public record Dataset(String name) {

  public static final String DEFAULT_NAME = "pairs";

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,59}");

  public Dataset {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a data set's name has 1 to 60 lower-case letters, digits, '-' and '_', not '"
              + name
              + "'");
    }
  }

  /** The data set's topic of that name: {@code pairs.training}. */
  public String topic(String topic) {
    return name + "." + topic;
  }

  /** Application id and consumer group of the preprocessing topology. */
  public String preprocessGroup() {
    return name + "-preprocess";
  }

  /** Application id and consumer group of what keeps the index. */
  public String indexGroup() {
    return name + "-index";
  }

  /** Application id and consumer group of what looks for near copies. */
  public String lookUpGroup() {
    return name + "-look-up";
  }

  /** Consumer group of the fetchers, which share the links. */
  public String fetchGroup() {
    return name + "-fetch";
  }

  /**
   * Consumer group, and prefix of the transactional ids, of those who ask a set of models of every
   * published pair. Another set begins where the log begins.
   *
   * @param models the first 8 hex digits of the set's digest
   */
  public String scoreGroup(String models) {
    return name + "-score-" + models;
  }

  /**
   * The {@link #scoreGroup} that a group's name is, or a transactional id begins with; empty where
   * there is none.
   */
  public Optional<String> scoreGroupIn(String id) {
    Matcher group = Pattern.compile(Pattern.quote(name) + "-score-[0-9a-f]{8}(?=-|$)").matcher(id);
    return group.lookingAt() ? Optional.of(group.group()) : Optional.empty();
  }

  /**
   * The groups whose members commit their positions in transactions, and are several, but for those
   * of sets of models.
   */
  public List<String> transactionalGroups() {
    return List.of(preprocessGroup(), indexGroup(), lookUpGroup(), fetchGroup());
  }

  /** The group, and the transactions, of what sends another data set's raw log here. */
  public String rerunGroup() {
    return name + "-rerun";
  }

  /** The group under which a trainer's feed commits its position, for the lag display only. */
  public String feedGroup() {
    return name + "-feed";
  }
}
