package io.pairstream.operations.instances;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.canary.CanaryReport;
import io.pairstream.operations.instances.BrokerState.State;
import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.Headline;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.operations.lag.verdict.Durations;
import io.pairstream.operations.sentence.AnswerJson;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.service.http.Json;
import io.pairstream.service.report.Series;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The platform at one moment, in JSON: how it is, in a sentence, and the figures behind it. */
final class Overview {

  /** Numbers with these labels have pages of their own, and there are many. */
  private static final Set<String> LEFT_OUT = Set.of("node", "step", "le");

  /** With more processes than this, only what they are at is told, not their figures. */
  private static final int PROCESSES_WITH_FIGURES = 12;

  /** The list is cut there; nobody reads more, and {@code /metrics} has all. */
  private static final int MOST_PROCESSES = 60;

  private final OverviewSources sources;
  private final Instant now;
  private final List<Instance> instances;
  private final BrokerState brokers;
  private final RegistryState registry;

  Overview(OverviewSources sources) {
    this.sources = sources;
    now = sources.clock().instant();
    instances = sources.instances().all();
    brokers = sources.watch().brokers();
    registry = sources.watch().registry();
  }

  ObjectNode json() {
    ObjectNode json = Json.MAPPER.createObjectNode();
    List<GroupLag> groups = sources.groups().get();
    Optional<Headline> headline = Headline.of(groups);
    json.put("at", Json.time(now));
    json.put("dataset", sources.cluster().dataset().name());
    boolean blind = brokers.state() == State.DOWN || brokers.state() == State.UNKNOWN;
    Verdict verdict = headline.map(Headline::verdict).orElse(Verdict.UNKNOWN);
    json.put("verdict", (blind ? Verdict.UNKNOWN : verdict).name());
    sentence(headline, blind).put(json, "sentence");
    ArrayNode listed = json.putArray("groups");
    groups.forEach(group -> listed.add(AnswerJson.MAPPER.valueToTree(group.withoutPartitions())));
    flows(json);
    json.set("quarantine", quarantine());
    json.set("brokers", brokers());
    json.set("registry", registry());
    ArrayNode processes = json.putArray("instances");
    // Those that are silent or wait are what somebody looks for.
    instances.stream()
        .sorted(Comparator.comparing(instance -> !needsEyes(instance)))
        .limit(MOST_PROCESSES)
        .forEach(instance -> processes.add(instance(instance)));
    json.put("instances_total", instances.size());
    json.set("trainer", trainer());
    json.set("canary", sources.canary().get().orElseGet(CanaryReport.off()::json));
    return json;
  }

  private static boolean needsEyes(Instance instance) {
    return instance.silent() || !instance.status().getObstacle().isEmpty();
  }

  private static Sentence obstacle(Instance instance) {
    String text = instance.status().getObstacle();
    Sentence known = Sentence.recognised(text);
    return text.isEmpty() || known.template() != Template.VERBATIM
        ? known
        : Template.REPORTED.with(text);
  }

  /** What an operator must know first, and what may be the reason of it. */
  private Sentence sentence(Optional<Headline> headline, boolean blind) {
    if (blind) {
      return Template.KNOWN_LAST.with(brokers.sentence());
    }
    List<Sentence> parts = new ArrayList<>();
    parts.add(
        headline
            .map(Headline::sentence)
            .filter(sentence -> !sentence.text().isBlank())
            .orElseGet(Template.NOT_WATCHED::with));
    instances.stream()
        .filter(instance -> !instance.silent() && !instance.status().getObstacle().isEmpty())
        .map(instance -> Template.SERVICE_WAITS.with(instance.service(), obstacle(instance)))
        .distinct()
        .limit(2)
        .forEach(parts::add);
    silentServices().forEach(parts::add);
    if (brokers.state() == State.DEGRADED) {
      parts.add(brokers.sentence());
    }
    if (registry.known() && !registry.up()) {
      parts.add(registry.sentence());
    }
    return Sentence.joined(parts);
  }

  private List<Sentence> silentServices() {
    Map<String, List<Instance>> byService =
        instances.stream().collect(Collectors.groupingBy(Instance::service));
    return byService.entrySet().stream()
        .filter(service -> service.getValue().stream().allMatch(Instance::silent))
        .sorted(Map.Entry.comparingByKey())
        .map(
            service ->
                Template.SERVICE_SILENT.with(
                    service.getKey(),
                    Durations.timeOfDay(
                        service.getValue().stream()
                            .map(Instance::heardAt)
                            .max(Comparator.naturalOrder())
                            .orElse(now))))
        .toList();
  }

  private void flows(ObjectNode json) {
    PairTopics topics = sources.cluster().topics();
    ArrayNode inputs = json.putArray("doors");
    flow(inputs, "crowdsourced", topics.crowdsourced().name(), Double.NaN, -1);
    flow(inputs, "scraped", topics.scraped().name(), rate("fetch", "links_fetched_total"), -1);
    flow(inputs, "links", topics.links().name(), Double.NaN, -1);
    Map<String, Long> standings = sources.standings().get();
    // Of a pair that is rejected several times there are several records.
    long rejected = sources.rejections().get().values().stream().mapToLong(count -> count).sum();
    ArrayNode outputs = json.putArray("outputs");
    for (PairStatus standing :
        List.of(
            PairStatus.TRAINING, PairStatus.VALIDATION, PairStatus.TEST, PairStatus.QUARANTINED)) {
      String topic =
          standing == PairStatus.QUARANTINED
              ? "quarantine"
              : standing.name().toLowerCase(Locale.ROOT);
      flow(
          outputs,
          topic,
          sources.cluster().dataset().topic(topic),
          decided(standing),
          standings.isEmpty()
              ? -1
              : standing == PairStatus.QUARANTINED
                  ? rejected
                  : standings.getOrDefault(standing.name(), 0L));
    }
  }

  /**
   * One topic's line. What processes have counted stands above the offsets, which count the ends of
   * transactions too.
   */
  private void flow(ArrayNode lines, String label, String topic, double counted, long total) {
    TopicFlow flow = sources.watch().flow();
    ObjectNode line = lines.addObject().put("topic", label);
    put(line, "per_second", Double.isNaN(counted) ? flow.perSecond(topic) : counted);
    long known = total >= 0 ? total : flow.total(topic);
    if (known >= 0) {
      line.put("total", known);
    } else {
      line.putNull("total");
    }
  }

  private double decided(PairStatus standing) {
    return rate("preprocess", "decided_total{standing=" + standing.name() + "}");
  }

  /** A counter's rate over all processes of a service that speak; NaN where none does. */
  private double rate(String service, String counter) {
    double sum = Double.NaN;
    for (Instance instance : instances) {
      if (instance.service().equals(service) && !instance.silent() && !instance.rates().isEmpty()) {
        double rate = instance.rate(counter);
        sum = (Double.isNaN(sum) ? 0 : sum) + (Double.isNaN(rate) ? 0 : rate);
      }
    }
    return sum;
  }

  private ObjectNode quarantine() {
    Map<String, Long> byReason = new HashMap<>(sources.rejections().get());
    if (byReason.isEmpty()) {
      countedByProcesses(byReason);
    }
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("total", byReason.values().stream().mapToLong(count -> count).sum());
    ArrayNode reasons = json.putArray("by_reason");
    byReason.entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .forEach(
            reason ->
                reasons.addObject().put("reason", reason.getKey()).put("count", reason.getValue()));
    return json;
  }

  /** Since the processes started; better than nothing until somebody has counted the topic. */
  private void countedByProcesses(Map<String, Long> byReason) {
    for (Instance instance : instances) {
      instance
          .status()
          .getCounters()
          .forEach(
              (name, count) ->
                  Series.read(name)
                      .filter(series -> series.name().equals("rejected_total"))
                      .map(series -> series.labels().getOrDefault("reason", ""))
                      .ifPresent(reason -> byReason.merge(reason, count, Long::sum)));
    }
  }

  private ObjectNode brokers() {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("state", brokers.state().name());
    brokers.sentence().put(json, "sentence");
    ArrayNode nodes = json.putArray("nodes");
    brokers
        .nodes()
        .forEach(
            broker ->
                nodes
                    .addObject()
                    .put("id", broker.id())
                    .put("host", broker.host())
                    .put("controller", broker.controller()));
    json.put("under_replicated", brokers.underReplicated());
    json.put("offline", brokers.offline());
    return json;
  }

  private ObjectNode registry() {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("state", !registry.known() ? "UNKNOWN" : registry.up() ? "UP" : "DOWN");
    registry.sentence().put(json, "sentence");
    put(json, "ms", registry.milliseconds());
    return json;
  }

  private ObjectNode instance(Instance instance) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("service", instance.service());
    json.put("instance", instance.status().getInstance());
    json.put("host", instance.status().getHost());
    json.put("pid", instance.status().getPid());
    json.put("version", instance.status().getVersion());
    json.put("state", instance.status().getState());
    obstacle(instance).put(json, "obstacle");
    json.put("started_at", Json.time(instance.status().getStartedAt()));
    json.put("reported_at", Json.time(instance.heardAt()));
    json.put("silent", instance.silent());
    json.put("partitions", instance.status().getAssigned().size());
    ObjectNode gauges = json.putObject("gauges");
    ObjectNode counters = json.putObject("counters");
    ObjectNode rates = json.putObject("rates");
    if (instances.size() <= PROCESSES_WITH_FIGURES) {
      instance.status().getGauges().forEach((name, value) -> put(gauges, name, value));
      instance
          .status()
          .getCounters()
          .forEach(
              (name, value) -> {
                if (isTold(name)) {
                  counters.put(name, value);
                }
              });
      instance
          .rates()
          .forEach(
              (name, value) -> {
                if (isTold(name) && value > 0) {
                  put(rates, name, value);
                }
              });
    }
    return json;
  }

  private static boolean isTold(String name) {
    return Series.read(name)
        .map(series -> series.labels().keySet().stream().noneMatch(LEFT_OUT::contains))
        .orElse(false);
  }

  private ObjectNode trainer() {
    double training = decided(PairStatus.TRAINING);
    TrainerClock clock =
        TrainerClock.of(
            instances,
            Double.isNaN(training)
                ? sources.watch().flow().perSecond(sources.cluster().topics().training().name())
                : training);
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("connected", clock.connected());
    put(json, "ready_batches", clock.readyBatches());
    put(json, "batches_per_second", clock.batchesPerSecond());
    put(json, "starves_in_seconds", clock.starvesInSeconds());
    put(json, "data_wait_share", clock.dataWaitShare());
    clock.sentence().put(json, "sentence");
    return json;
  }

  /** A number with four digits that count; null where it is not known. */
  static void put(ObjectNode json, String name, double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      json.putNull(name);
    } else if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      json.put(name, (long) value);
    } else {
      json.put(name, Double.parseDouble(String.format(Locale.ROOT, "%.4g", value)));
    }
  }
}
