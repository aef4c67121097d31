package io.pairstream.service.requirements;

import io.pairstream.schemas.Hint;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.service.requirements.ClusterFacts.Kept;
import io.pairstream.service.requirements.ClusterFacts.TopicFacts;
import io.pairstream.service.requirements.Finding.Area;
import io.pairstream.service.requirements.Finding.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.TopicConfig;

/**
 * Judges a data set's topics by the catalogue.
 *
 * @param specs the topics to judge; their numbers of partitions do not count
 */
record TopicChecks(ClusterFacts facts, Dataset dataset, List<TopicSpec> specs) {

  /** Rule that a topic's setting may break. */
  private enum Rule {
    CLEANUP("cleanup", Level.WRONG, "records are deleted that are still to be read, or never"),
    KEPT_FOR("kept-for", Level.WARNING, "records leave early, read or not"),
    RECORD_SIZE("record-size", Level.WRONG, "a record that was taken may find no room further on"),
    /** Too large a record only warns: it ends in quarantine if its reader can hold it in memory. */
    INPUT_SIZE(
        "input-size",
        Level.WARNING,
        "a packed batch ends a broker, or its readers, which unpack it in memory"),
    RECORD_TIME(
        "record-time",
        Level.WRONG,
        "a record's time is what its producer claims, and an old one is deleted at once");

    private final String check;
    private final Level level;
    private final String consequence;

    Rule(String check, Level level, String consequence) {
      this.check = check;
      this.level = level;
      this.consequence = consequence;
    }

    /** The rule that a value breaks which is not the catalogue's; empty where it does no harm. */
    static Optional<Rule> brokenBy(TopicSpec spec, String setting, String found, String right) {
      return Optional.ofNullable(
          switch (setting) {
            case TopicConfig.CLEANUP_POLICY_CONFIG ->
                words(found).equals(words(right)) ? null : CLEANUP;
            case TopicConfig.RETENTION_MS_CONFIG, TopicConfig.RETENTION_BYTES_CONFIG ->
                right.equals("-1") ? CLEANUP : KEPT_FOR; // until they are read
            case TopicConfig.DELETE_RETENTION_MS_CONFIG -> KEPT_FOR;
            case TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                TopicConfig.MAX_DECOMPRESSED_MESSAGE_BYTES_CONFIG ->
                Long.parseLong(found) < Long.parseLong(right) ? RECORD_SIZE : INPUT_SIZE;
            case TopicConfig.COMPRESSION_TYPE_CONFIG -> spec.fromOutside() ? INPUT_SIZE : null;
            case TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG ->
                right.equals("LogAppendTime") ? RECORD_TIME : null;
            default -> null;
          });
    }
  }

  List<Finding> judge() {
    List<Finding> findings = new ArrayList<>(List.of(present()));
    unknown().ifPresent(findings::add);
    if (there().isEmpty()) {
      return findings;
    }
    findings.add(partitions());
    List<Kept> kept = there().stream().map(TopicFacts::kept).flatMap(Optional::stream).toList();
    findings.addAll(
        new CopyChecks(Area.TOPICS, facts.size(), facts.address(), kept, create()).judge());
    for (Rule rule : Rule.values()) {
      findings.add(settings(rule));
    }
    return findings;
  }

  private List<TopicFacts> there() {
    return specs.stream()
        .filter(spec -> facts.topics().containsKey(spec.name()))
        .map(spec -> facts.topics().get(spec.name()))
        .toList();
  }

  private Finding present() {
    return new Check(Area.TOPICS, "present", Level.WRONG)
        .judge(
            specs.stream()
                .map(TopicSpec::name)
                .filter(name -> !facts.topics().containsKey(name))
                .filter(name -> !facts.refused().containsKey(name))
                .toList(),
            facts.topics().size() + " topics are there",
            "missing",
            "all topics of data set " + dataset.name(),
            create());
  }

  private Optional<Finding> unknown() {
    return facts.refused().values().stream()
        .findFirst()
        .map(
            refusal ->
                Finding.unknown(
                    Area.TOPICS,
                    "settings",
                    "not shown to us: %s: %s"
                        .formatted(Check.some(List.copyOf(facts.refused().keySet())), refusal),
                    "give us Describe and DescribeConfigs on the cluster and the topics"));
  }

  /**
   * Judges numbers of partitions: all copies of an image must meet in one task, and a host's links
   * in one instance.
   */
  private Finding partitions() {
    List<String> unequal = new ArrayList<>();
    for (Set<String> group :
        List.of(
            TopicCatalogue.ofTheTopology(dataset),
            Set.of(
                dataset.topic(TopicCatalogue.LINKS),
                dataset.topic(TopicCatalogue.WAITING_LINKS)))) {
      Map<String, TopicFacts> topics = new TreeMap<>(facts.topics());
      topics.keySet().retainAll(group);
      Map<Integer, Long> counts =
          topics.values().stream()
              .collect(Collectors.groupingBy(TopicFacts::partitions, Collectors.counting()));
      if (counts.size() > 1) {
        // Those that differ from most come first, since only a few are named.
        topics.entrySet().stream()
            .sorted(Comparator.comparing(topic -> counts.get(topic.getValue().partitions())))
            .forEach(topic -> unequal.add(topic.getKey() + " " + topic.getValue().partitions()));
      }
    }
    return new Check(Area.TOPICS, "partitions", Level.WRONG)
        .judge(
            unequal,
            "equal where records of one key have to meet",
            "unequal, so records of one key do not meet",
            "as many for each",
            "the number never changes for the better: take another data set, made by: "
                + Hint.of("topics create --dataset NAME"));
  }

  private Finding settings(Rule rule) {
    List<String> wrong = new ArrayList<>();
    for (TopicSpec spec : specs) {
      Map<String, String> settings = facts.settingsOf(spec.name());
      Map<String, String> catalogue = new TreeMap<>(spec.config());
      if (catalogue
          .get(TopicConfig.CLEANUP_POLICY_CONFIG)
          .contains(TopicConfig.CLEANUP_POLICY_DELETE)) {
        catalogue.putIfAbsent(TopicConfig.RETENTION_BYTES_CONFIG, "-1");
      }
      catalogue.forEach(
          (setting, right) -> {
            String found = settings.getOrDefault(setting, unsaid(setting, settings, right));
            boolean fits =
                found.equals(right)
                    || (spec.config().containsKey(setting) && spec.isAtLeast(setting, found));
            if (!fits && Rule.brokenBy(spec, setting, found, right).equals(Optional.of(rule))) {
              wrong.add("%s %s=%s (%s)".formatted(spec.name(), setting, found, right));
            }
          });
    }
    return new Check(Area.TOPICS, rule.check, rule.level)
        .judge(
            wrong,
            "as the catalogue says",
            rule.consequence,
            "as in brackets",
            rule == Rule.KEPT_FOR
                ? create() + "; what it leaves is the operator's, with kafka-configs.sh"
                : create());
  }

  /**
   * Value of a setting that is missing: brokers before 4.4 do not have the limit on unpacked size.
   */
  private static String unsaid(String setting, Map<String, String> settings, String right) {
    return setting.equals(TopicConfig.MAX_DECOMPRESSED_MESSAGE_BYTES_CONFIG) && !settings.isEmpty()
        ? String.valueOf(Integer.MAX_VALUE)
        : right;
  }

  /**
   * The fix: our own command sets the catalogue's settings, and creates missing topics like the
   * existing ones, but with as many replicas as the next start requires.
   */
  private String create() {
    return createCommand(
        dataset,
        there().stream().map(TopicFacts::description).toList(),
        Math.min(facts.size(), CopyChecks.RIGHT_COPIES));
  }

  /**
   * The command that makes what is missing of a data set's topics like those that are there, and
   * sets all of them.
   *
   * @param leastCopies copies that a topic must have here, however many the others have
   */
  static String createCommand(
      Dataset dataset, Collection<TopicDescription> found, int leastCopies) {
    int copies =
        found.stream()
            .flatMap(topic -> topic.partitions().stream())
            .mapToInt(partition -> partition.replicas().size())
            .reduce(leastCopies, Math::max);
    String partitions =
        found.stream()
            .map(topic -> topic.partitions().size())
            .max(Integer::compare)
            .map(String::valueOf)
            .orElse("N");
    return Hint.of(
            "topics create --dataset %s --partitions %s --replication-factor %d"
                .formatted(dataset.name(), partitions, copies))
        + (found.isEmpty()
            ? ", with N, for good, as many as stream threads may ever work at a time"
            : "");
  }

  private static Set<String> words(String list) {
    return Set.of(list.replace(" ", "").split(",", -1));
  }
}
