package io.pairstream.service.requirements;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.service.ClusterRequirement;
import io.pairstream.service.requirements.ClusterFacts.TopicFacts;
import io.pairstream.service.requirements.Copies.Kept;
import io.pairstream.service.requirements.Finding.Area;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.TopicConfig;

/** Judges a data set's topics by the catalogue. */
final class TopicChecks {

  private static final String NO_LIMIT = "-1";

  private final ClusterFacts facts;
  private final Dataset dataset;
  private final List<TopicSpec> specs;

  /**
   * @param specs the topics to judge; their numbers of partitions do not count
   */
  TopicChecks(ClusterFacts facts, Dataset dataset, List<TopicSpec> specs) {
    this.facts = facts;
    this.dataset = dataset;
    this.specs = List.copyOf(specs);
  }

  /** What a topic's setting may be at fault with. */
  private enum Rule {
    CLEANUP(
        Check.of(Area.TOPICS, ClusterRequirement.CLEANUP),
        "records are deleted that are still to be read, or never"),
    KEPT_FOR(Check.warning(Area.TOPICS, "kept-for"), "records leave early, read or not"),
    RECORD_SIZE(
        Check.of(Area.TOPICS, ClusterRequirement.RECORD_SIZE),
        "a record that was taken may find no room further on"),
    /** What is too large all the same ends in quarantine, once its reader has had it in memory. */
    SIZE_AT_DOOR(
        Check.warning(Area.TOPICS, "size-at-door"),
        "records come in that are too large to keep, or are judged as they are packed"),
    RECORD_TIME(
        Check.of(Area.TOPICS, ClusterRequirement.RECORD_TIME),
        "a record's time is what its producer claims, and an old one is deleted at once");

    private final Check check;
    private final String consequence;

    Rule(Check check, String consequence) {
      this.check = check;
      this.consequence = consequence;
    }

    /** The rule that a value breaks which is not the catalogue's; empty where it does no harm. */
    static Optional<Rule> brokenBy(TopicSpec spec, String setting, String found, String right) {
      boolean isUntilRead = spec.kept() instanceof TopicSpec.Kept.UntilRead;
      return Optional.ofNullable(
          switch (setting) {
            case TopicConfig.CLEANUP_POLICY_CONFIG ->
                words(found).equals(words(right)) ? null : CLEANUP;
            case TopicConfig.RETENTION_MS_CONFIG, TopicConfig.RETENTION_BYTES_CONFIG ->
                isUntilRead ? CLEANUP : KEPT_FOR;
            case TopicConfig.DELETE_RETENTION_MS_CONFIG -> KEPT_FOR;
            case TopicConfig.MAX_MESSAGE_BYTES_CONFIG ->
                Long.parseLong(found) < Long.parseLong(right) ? RECORD_SIZE : SIZE_AT_DOOR;
            case TopicConfig.COMPRESSION_TYPE_CONFIG -> spec.fromOutside() ? SIZE_AT_DOOR : null;
            case TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG ->
                spec.appendTime() ? RECORD_TIME : null;
            default -> null;
          });
    }
  }

  List<Finding> judge() {
    List<Finding> findings = new ArrayList<>();
    List<TopicFacts> there = there();
    findings.add(present());
    if (there.isEmpty()) {
      return findings;
    }
    notTold().ifPresent(findings::add);
    findings.add(partitions());
    findings.addAll(
        new Copies(
                Area.TOPICS,
                facts.brokers(),
                facts.address(),
                there.stream().map(Kept::of).flatMap(Optional::stream).toList(),
                create())
            .judge());
    for (Rule rule : Rule.values()) {
      findings.add(settings(rule));
    }
    findings.add(writable());
    return findings;
  }

  private List<TopicFacts> there() {
    return specs.stream()
        .filter(spec -> facts.topics().containsKey(spec.name()))
        .map(spec -> facts.topics().get(spec.name()))
        .toList();
  }

  private Finding present() {
    return Check.wrong(Area.TOPICS, "present")
        .judge(
            specs.stream()
                .map(TopicSpec::name)
                .filter(name -> !facts.topics().containsKey(name))
                .filter(name -> !facts.untold().containsKey(name))
                .toList(),
            facts.topics().size() + " topics are there",
            "missing",
            "all topics of data set " + dataset.name(),
            create());
  }

  private Optional<Finding> notTold() {
    Map<String, String> refusals = new TreeMap<>(facts.untold());
    facts
        .topics()
        .forEach(
            (name, topic) -> {
              if (topic.settings().value().isEmpty()) {
                refusals.put(name, topic.settings().refusal());
              }
            });
    refusals.keySet().retainAll(specs.stream().map(TopicSpec::name).toList());
    return refusals.values().stream()
        .findFirst()
        .map(
            refusal ->
                Finding.notTold(
                    Area.TOPICS,
                    "settings",
                    "not told to us: "
                        + Check.some(List.copyOf(refusals.keySet()))
                        + ": "
                        + refusal,
                    "give us Describe and DescribeConfigs on the topics"));
  }

  /** All copies of an image meet in one task, and a host's links in one instance. */
  private Finding partitions() {
    List<String> unequal = new ArrayList<>();
    for (Set<String> group :
        List.of(
            TopicCatalogue.ofTheTopology(dataset),
            Set.of(
                dataset.topic(TopicCatalogue.LINKS),
                dataset.topic(TopicCatalogue.WAITING_LINKS)))) {
      List<TopicDescription> topics =
          group.stream()
              .sorted()
              .filter(facts.topics()::containsKey)
              .map(name -> facts.topics().get(name).description())
              .toList();
      if (topics.stream().map(topic -> topic.partitions().size()).distinct().count() > 1) {
        topics.forEach(topic -> unequal.add(topic.name() + " " + topic.partitions().size()));
      }
    }
    return Check.wrong(Area.TOPICS, "partitions")
        .judge(
            unequal,
            "equal where records of one key have to meet",
            "unequal, so records of one key do not meet",
            "as many for each",
            "the number never changes for the better: take another data set, made by pairstream"
                + " topics create");
  }

  /** Compares each topic's settings with the catalogue's. */
  private Finding settings(Rule rule) {
    List<String> wrong = new ArrayList<>();
    Set<String> remedies = new LinkedHashSet<>();
    for (TopicSpec spec : specs) {
      Map<String, String> settings = facts.settingsOf(spec.name()).orElse(Map.of());
      Map<String, String> catalogue = new TreeMap<>(spec.config());
      boolean deletes =
          words(catalogue.getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, ""))
              .contains(TopicConfig.CLEANUP_POLICY_DELETE);
      boolean ownLimit =
          deletes && catalogue.putIfAbsent(TopicConfig.RETENTION_BYTES_CONFIG, NO_LIMIT) == null;
      catalogue.forEach(
          (setting, right) -> {
            String found = settings.getOrDefault(setting, right);
            boolean fits =
                found.equals(right)
                    || (spec.config().containsKey(setting) && spec.isAtLeast(setting, found));
            if (!fits && Rule.brokenBy(spec, setting, found, right).equals(Optional.of(rule))) {
              wrong.add("%s %s=%s (%s)".formatted(spec.name(), setting, found, right));
              boolean isTheOperators =
                  spec.mayBeLess(setting)
                      || (ownLimit && setting.equals(TopicConfig.RETENTION_BYTES_CONFIG));
              remedies.add(
                  isTheOperators
                      ? Copies.set(facts.address(), "TOPIC", setting + "=N")
                          + ", unless the bytes are to go so soon"
                      : create());
            }
          });
    }
    return rule.check.judge(
        wrong,
        "as the catalogue says",
        rule.consequence,
        "as in brackets",
        String.join("; ", remedies));
  }

  /** Of this moment, so it refuses nobody's start. */
  private Finding writable() {
    List<String> stuck = new ArrayList<>();
    List<String> behind = new ArrayList<>();
    facts
        .topics()
        .forEach(
            (name, topic) -> {
              int minInSync = Kept.of(topic).map(Kept::inSync).orElse(1);
              for (TopicPartitionInfo partition : topic.description().partitions()) {
                boolean isLed = partition.leader() != null && !partition.leader().isEmpty();
                if (!isLed || partition.isr().size() < minInSync) {
                  stuck.add(name + "-" + partition.partition());
                } else if (partition.isr().size() < partition.replicas().size()) {
                  behind.add(name + "-" + partition.partition());
                }
              }
            });
    String remedy =
        "start the brokers that are away; kafka-topics.sh --bootstrap-server "
            + facts.address()
            + " --describe --under-replicated-partitions";
    return stuck.isEmpty()
        ? Check.warning(Area.TOPICS, "writable-now")
            .judge(
                behind,
                "every copy is up to date",
                "copies are behind",
                "every copy up to date",
                remedy)
        : Check.wrong(Area.TOPICS, "writable-now")
            .judge(
                stuck,
                "",
                "nothing can be written, for want of a leader or of copies in sync",
                "every partition led, with min.insync.replicas copies in sync",
                remedy);
  }

  /**
   * Our own command brings settings to the catalogue's, and makes what is missing like what is
   * there, but with as many copies as the next start asks for.
   */
  private String create() {
    return MissingTopics.createCommand(
        dataset,
        there().stream().map(TopicFacts::description).toList(),
        Math.min(facts.brokers(), Copies.RIGHT_COPIES));
  }

  private static Set<String> words(String list) {
    return Set.of(list.replace(" ", "").split(",", -1));
  }
}
