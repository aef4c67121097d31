package io.pairstream.service.requirements;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.service.ClusterRequirement;
import io.pairstream.service.requirements.ClusterFacts.PartitionFacts;
import io.pairstream.service.requirements.ClusterFacts.TopicFacts;
import io.pairstream.service.requirements.Copies.Kept;
import io.pairstream.service.requirements.CreateCommand.Layout;
import io.pairstream.service.requirements.Finding.Area;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.TopicConfig;

/** Judges a data set's topics by the catalogue. */
final class TopicChecks {

  private static final long FOR_EVER = -1;

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

  List<Finding> judge() {
    List<Finding> findings = new ArrayList<>();
    findings.add(present());
    if (specs.stream().noneMatch(spec -> facts.topics().containsKey(spec.name()))) {
      return findings;
    }
    notTold().ifPresent(findings::add);
    findings.add(partitions());
    List<Kept> kept =
        specs.stream()
            .filter(spec -> facts.topics().containsKey(spec.name()))
            .flatMap(spec -> kept(spec.name(), facts.topics().get(spec.name())).stream())
            .toList();
    findings.addAll(
        new Copies(Area.TOPICS, facts.brokers(), facts.address(), kept, Optional.of(create()))
            .judge());
    findings.add(cleanup());
    findings.add(keptLongEnough());
    findings.add(recordSize());
    findings.add(sizesFromOutside());
    findings.add(recordTime());
    findings.add(writable());
    return findings;
  }

  /** How a topic is kept; nothing where we may not know its settings. */
  static Optional<Kept> kept(String topic, TopicFacts facts) {
    return facts
        .settings()
        .answer()
        .map(
            settings ->
                new Kept(
                    topic,
                    least(facts, partition -> partition.replicas().size()),
                    Integer.parseInt(
                        settings.getOrDefault(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "1")),
                    settings
                        .getOrDefault(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG, "false")
                        .equals("true")));
  }

  private static int least(TopicFacts topic, ToIntFunction<PartitionFacts> number) {
    return topic.partitions().stream().mapToInt(number).min().orElse(0);
  }

  private Finding present() {
    List<String> missing =
        specs.stream()
            .map(TopicSpec::name)
            .filter(name -> !facts.topics().containsKey(name))
            .filter(name -> !facts.untold().containsKey(name))
            .toList();
    return missing.isEmpty()
        ? Finding.ok(Area.TOPICS, "present", facts.topics().size() + " topics are there")
        : Finding.wrong(
            Area.TOPICS,
            "present",
            "missing: " + Words.some(missing),
            "all topics of data set " + dataset.name(),
            create());
  }

  private Optional<Finding> notTold() {
    Map<String, String> refusals = new LinkedHashMap<>();
    for (TopicSpec spec : specs) {
      TopicFacts topic = facts.topics().get(spec.name());
      if (topic == null) {
        Optional.ofNullable(facts.untold().get(spec.name()))
            .ifPresent(refusal -> refusals.put(spec.name(), refusal));
      } else if (topic.settings().answer().isEmpty()) {
        refusals.put(spec.name(), topic.settings().refusal());
      }
    }
    return refusals.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Finding.notTold(
                Area.TOPICS,
                "settings",
                "not told to us: "
                    + Words.some(List.copyOf(refusals.keySet()))
                    + ": "
                    + refusals.values().iterator().next(),
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
      Map<String, Integer> counts =
          group.stream()
              .sorted()
              .filter(facts.topics()::containsKey)
              .collect(
                  Collectors.toMap(
                      name -> name,
                      name -> facts.topics().get(name).partitions().size(),
                      (one, other) -> one,
                      LinkedHashMap::new));
      if (Set.copyOf(counts.values()).size() > 1) {
        counts.forEach((name, count) -> unequal.add(name + " " + count));
      }
    }
    return unequal.isEmpty()
        ? Finding.ok(
            Area.TOPICS, "partitions", "equal where records of one key have to meet" + count())
        : Finding.wrong(
            Area.TOPICS,
            "partitions",
            "unequal, so records of one key do not meet: " + Words.some(unequal),
            "as many for each",
            "the number never changes for the better: take another data set, made by pairstream"
                + " topics create");
  }

  private String count() {
    return layouts().values().stream().mapToInt(Layout::partitions).max().stream()
        .mapToObj(count -> ", " + count + " each")
        .findAny()
        .orElse("");
  }

  private Finding cleanup() {
    List<String> wrong = new ArrayList<>();
    List<String> names = new ArrayList<>();
    forEachTold(
        (spec, found) -> {
          String right = spec.config().get(TopicConfig.CLEANUP_POLICY_CONFIG);
          String policy = found.getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, "delete");
          if (!words(policy).equals(words(right))) {
            wrong.add(spec.name() + " " + policy);
            names.add(right);
          } else if (spec.kept() instanceof TopicSpec.Kept.UntilRead
              && (number(found, TopicConfig.RETENTION_MS_CONFIG) != FOR_EVER
                  || number(found, TopicConfig.RETENTION_BYTES_CONFIG) != FOR_EVER)) {
            wrong.add(spec.name() + " deletes what is not read yet");
            names.add(TopicConfig.RETENTION_MS_CONFIG + "=-1");
          }
        });
    return wrong.isEmpty()
        ? Finding.ok(Area.TOPICS, ClusterRequirement.CLEANUP.label(), "as the catalogue says")
        : Finding.broken(
            Area.TOPICS,
            ClusterRequirement.CLEANUP,
            "another cleanup policy: " + Words.some(wrong),
            String.join(", ", new TreeSet<>(names)),
            create());
  }

  private Finding keptLongEnough() {
    List<String> shorter = new ArrayList<>();
    Set<String> remedies = new LinkedHashSet<>();
    forEachTold(
        (spec, found) -> {
          if (spec.kept() instanceof TopicSpec.Kept.UntilRead) {
            return; // judged with the policy
          }
          for (String name :
              List.of(TopicConfig.RETENTION_MS_CONFIG, TopicConfig.DELETE_RETENTION_MS_CONFIG)) {
            String right = spec.config().get(name);
            String time = found.getOrDefault(name, String.valueOf(FOR_EVER));
            if (right != null && !spec.isAtLeast(name, time)) {
              shorter.add(spec.name() + " " + name + "=" + time + " (" + right + ")");
              remedies.add(
                  spec.mayBeLess(name)
                      ? set(name) + ", unless the bytes are to go so soon"
                      : create());
            }
          }
          String policy = spec.config().getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, "");
          if (words(policy).contains(TopicConfig.CLEANUP_POLICY_DELETE)
              && number(found, TopicConfig.RETENTION_BYTES_CONFIG) != FOR_EVER) {
            shorter.add(spec.name() + " " + TopicConfig.RETENTION_BYTES_CONFIG + " (-1)");
            remedies.add(set(TopicConfig.RETENTION_BYTES_CONFIG));
          }
        });
    return shorter.isEmpty()
        ? Finding.ok(Area.TOPICS, "kept-for", "as long as the catalogue says")
        : Finding.warning(
            Area.TOPICS,
            "kept-for",
            "records leave early, read or not: " + Words.some(shorter),
            "as in brackets",
            String.join("; ", remedies));
  }

  private Finding recordSize() {
    List<String> small = new ArrayList<>();
    forEachTold(
        (spec, found) -> {
          long size = number(found, TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
          if (size < spec.maxRecordBytes()) {
            small.add("%s takes %d bytes (%d)".formatted(spec.name(), size, spec.maxRecordBytes()));
          }
        });
    return small.isEmpty()
        ? Finding.ok(Area.TOPICS, ClusterRequirement.RECORD_SIZE.label(), "a largest record fits")
        : Finding.broken(
            Area.TOPICS,
            ClusterRequirement.RECORD_SIZE,
            "a record that was taken may find no room further on: " + Words.some(small),
            "as in brackets",
            create());
  }

  /** What is too large all the same ends in quarantine, once its reader has had it in memory. */
  private Finding sizesFromOutside() {
    List<String> large = new ArrayList<>();
    forEachTold(
        (spec, found) -> {
          if (!spec.fromOutside()) {
            return;
          }
          long size = number(found, TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
          if (size > spec.maxRecordBytes()) {
            large.add("%s takes %d bytes (%d)".formatted(spec.name(), size, spec.maxRecordBytes()));
          }
          String packed = found.getOrDefault(TopicConfig.COMPRESSION_TYPE_CONFIG, "producer");
          if (!packed.equals("uncompressed")) {
            large.add(spec.name() + " judges records as packed by " + packed + " (uncompressed)");
          }
        });
    return large.isEmpty()
        ? Finding.ok(Area.TOPICS, "size-at-door", "too large records are refused")
        : Finding.warning(
            Area.TOPICS,
            "size-at-door",
            "records come in that are too large to keep: " + Words.some(large),
            "as in brackets",
            create());
  }

  private Finding recordTime() {
    List<String> claimed = new ArrayList<>();
    forEachTold(
        (spec, found) -> {
          String type = found.getOrDefault(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime");
          if (spec.appendTime() && !type.equals("LogAppendTime")) {
            claimed.add(spec.name());
          }
        });
    return claimed.isEmpty()
        ? Finding.ok(Area.TOPICS, ClusterRequirement.RECORD_TIME.label(), "the broker's own")
        : Finding.broken(
            Area.TOPICS,
            ClusterRequirement.RECORD_TIME,
            "a record's time is what its producer claims, and an old one is deleted at once: "
                + Words.some(claimed),
            TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG + "=LogAppendTime",
            create());
  }

  /** Of this moment, so it refuses nobody's start. */
  private Finding writable() {
    List<String> stuck = new ArrayList<>();
    List<String> behind = new ArrayList<>();
    facts
        .topics()
        .forEach(
            (name, topic) -> {
              int minInSync = kept(name, topic).map(Kept::inSync).orElse(1);
              for (int id = 0; id < topic.partitions().size(); id++) {
                PartitionFacts partition = topic.partitions().get(id);
                if (!partition.led() || partition.inSync() < minInSync) {
                  stuck.add(name + "-" + id);
                } else if (partition.inSync() < partition.replicas().size()) {
                  behind.add(name + "-" + id);
                }
              }
            });
    String remedy =
        "start the brokers that are away; kafka-topics.sh --bootstrap-server "
            + facts.address()
            + " --describe --under-replicated-partitions";
    if (!stuck.isEmpty()) {
      return Finding.wrong(
          Area.TOPICS,
          "writable-now",
          "nothing can be written, for want of a leader or of copies in sync: " + Words.some(stuck),
          "every partition led, with min.insync.replicas copies in sync",
          remedy);
    }
    return behind.isEmpty()
        ? Finding.ok(Area.TOPICS, "writable-now", "every copy is up to date")
        : Finding.warning(
            Area.TOPICS,
            "writable-now",
            "copies are behind: " + Words.some(behind),
            "every copy up to date",
            remedy);
  }

  private interface Judge {
    void look(TopicSpec spec, Map<String, String> found);
  }

  private void forEachTold(Judge judge) {
    for (TopicSpec spec : specs) {
      Optional.ofNullable(facts.topics().get(spec.name()))
          .flatMap(topic -> topic.settings().answer())
          .ifPresent(found -> judge.look(spec, found));
    }
  }

  /**
   * Our own command brings settings to the catalogue's, and makes what is missing like what is
   * there, but with as many copies as the next start asks for.
   */
  private String create() {
    return CreateCommand.of(dataset, layouts(), Math.min(facts.brokers(), Copies.RIGHT_COPIES));
  }

  /** What sets what our own command leaves to the operator. */
  private String set(String setting) {
    return "kafka-configs.sh --bootstrap-server "
        + facts.address()
        + " --alter --entity-type topics --entity-name TOPIC --add-config "
        + setting
        + "=N";
  }

  private Map<String, Layout> layouts() {
    return specs.stream()
        .map(TopicSpec::name)
        .filter(facts.topics()::containsKey)
        .collect(Collectors.toMap(name -> name, name -> layout(facts.topics().get(name))));
  }

  private static Layout layout(TopicFacts topic) {
    return new Layout(
        topic.partitions().size(),
        topic.partitions().stream()
            .mapToInt(partition -> partition.replicas().size())
            .max()
            .orElse(1));
  }

  private static Set<String> words(String list) {
    return Set.of(list.replace(" ", "").split(",", -1));
  }

  private static long number(Map<String, String> settings, String name) {
    return Long.parseLong(settings.getOrDefault(name, String.valueOf(FOR_EVER)));
  }
}
