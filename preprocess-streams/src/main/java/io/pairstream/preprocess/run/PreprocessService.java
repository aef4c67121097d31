package io.pairstream.preprocess.run;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.recipe.MeasureLimits;
import io.pairstream.cleaning.recipe.MeasureLimits.Limit;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.RememberingWorker;
import io.pairstream.preprocess.topology.DecisionCounts;
import io.pairstream.preprocess.topology.IndexTopology;
import io.pairstream.preprocess.topology.LookUpTopology;
import io.pairstream.preprocess.topology.PreprocessTopology;
import io.pairstream.preprocess.topology.TimedProcessors;
import io.pairstream.preprocess.world.Admission;
import io.pairstream.preprocess.world.AdmittingClients;
import io.pairstream.preprocess.world.RestingConsumer;
import io.pairstream.schemas.Finding;
import io.pairstream.schemas.Fingerprint;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.CaptionBytes;
import io.pairstream.schemas.wire.RecordDecoder;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.schemas.wire.WriterSchemas;
import io.pairstream.service.report.Counts;
import io.pairstream.service.report.Obstacle;
import io.pairstream.service.report.Reading;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.StatusReporter;
import io.pairstream.service.requirements.DiskSpace;
import io.pairstream.service.transactions.AbandonedTransaction;
import io.pairstream.service.transactions.DeadInstances;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The topology at work: its parts put together, from start to stop. */
public final class PreprocessService implements AutoCloseable {

  /** The service cannot start; the message says what is missing and what to do. */
  public static final class StartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StartException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(PreprocessService.class);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(20);

  private final SelfReport report;

  /** Prerequisite that the start waits for. */
  private volatile Obstacle waitsFor = Obstacle.NONE;

  private final List<AutoCloseable> parts = new ArrayList<>();
  private volatile GroupMembershipOperation atClose = GroupMembershipOperation.REMAIN_IN_GROUP;
  private final CompletableFuture<Optional<Throwable>> ended = new CompletableFuture<>();

  /**
   * Puts the parts together and starts them.
   *
   * @throws io.pairstream.cleaning.recipe.InvalidRecipeException for a recipe with mistakes
   * @throws StartException where a topic, a schema or a worker is missing; the message says what to
   *     do
   * @throws io.pairstream.service.requirements.WeakClusterException where the cluster is not set to
   *     keep what Pairstream guarantees
   * @throws IOException if the recipe or the state directory cannot be used
   */
  public PreprocessService(PreprocessSettings settings) throws IOException, InterruptedException {
    this(settings, new SelfReport("preprocess", Clock.systemUTC()));
  }

  /**
   * Puts the parts together and starts them, reporting to others too.
   *
   * @param report receives the parts as they are made
   */
  public PreprocessService(PreprocessSettings settings, SelfReport report)
      throws IOException, InterruptedException {
    this.report = report;
    Files.createDirectories(settings.stateDir());
    try {
      start(settings);
    } catch (IOException | InterruptedException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void start(PreprocessSettings settings) throws IOException, InterruptedException {
    Registry registry = settings.cluster().registry();
    PairTopics topics = PairTopics.of(settings.cluster().dataset(), new AvroSerdes(registry));
    // First of all parts, so that it is closed last, and reports waiting for the others.
    parts.add(
        StatusReporter.start(
            report, topics.instances(), registry, settings.cluster().clientSettings(Map.of())));
    report.obstacleFrom(() -> waitsFor.ifAny());
    Counts counts = new Counts();
    ImageWorkerPool workers = closedLater(new ImageWorkerPool(settings.workers()));
    CleaningPlan plan =
        new CleaningPlan(
            RecipeFile.find(settings.recipe()).reader(),
            new RememberingWorker(workers),
            (step, nanos, outcome) -> count(counts, step, nanos, outcome));
    try {
      if (settings.workers().sandboxRequired()) {
        workers.requireSandbox();
      }
    } catch (ImageWorkerUnavailableException e) {
      throw new StartException(e.getMessage(), e);
    }

    int partitions =
        new NeededTopics(topics, registry, plan.nearCopies().areLookedFor())
            .await(settings.cluster(), settings.transactionTimeout(), waits -> waitsFor = waits);
    RecipeNote.write(
        plan,
        Instant.now(),
        topics.recipes(),
        registry,
        settings.cluster().clientSettings(Map.of()));
    String rawSubject = topics.crowdsourced().name() + "-value";
    WriterSchemas schemas = closedLater(new WriterSchemas(registry, rawSubject, RawPair.SCHEMA$));

    Admission admission =
        new Admission(
            schemas,
            List.of(
                () -> workers.available() ? Optional.empty() : Optional.of(obstacle(workers)),
                new DiskSpace(settings.stateDir())::obstacle));
    Map<String, Object> streamsSettings = settings.streamsSettings();
    streamsSettings.put(StreamsConfig.PROCESSOR_WRAPPER_CLASS_CONFIG, TimedProcessors.class);
    streamsSettings.put(TimedProcessors.COUNTS, counts);
    Topology topology =
        new PreprocessTopology(
                topics,
                plan,
                schemas,
                new CaptionBytes(registry, rawSubject),
                new RecordDecoder<>(topics.takedowns(), Takedown.SCHEMA$, registry),
                new RecordDecoder<>(topics.findings(), Finding.SCHEMA$, registry),
                new RecordDecoder<>(topics.training(), PreparedPair.SCHEMA$, registry),
                partitions,
                new DecisionCounts(counts, Clock.systemUTC()))
            .build(new StreamsBuilder(new TopologyConfig(new StreamsConfig(streamsSettings))));
    streamsSettings.remove(TimedProcessors.COUNTS); // only the graph is made from it
    Properties properties = new Properties();
    properties.putAll(streamsSettings);
    AdmittingClients clients = new AdmittingClients(admission);
    KafkaStreams streams = new KafkaStreams(topology, properties, clients);
    report.topology(topology.describe().toString());
    report.obstacleFrom(admission::trouble);
    report.standstillFrom(() -> admission.standsStill(settings.longestRound()));
    List<Limit> limits = MeasureLimits.of(plan.effectiveRecipe());
    report.add(
        reading ->
            reading
                .fact("recipe", settings.recipe())
                .fact("recipe_version", plan.version())
                .fact("image_workers", workers.sandbox())
                .gauge("stream_threads", settings.threads()));
    report.add(reading -> limits.forEach(limit -> read(limit, reading)));
    report.add(counts);
    report.add(reading -> read(workers.counts(), reading));
    report.add(Reading.ofDisk(settings.stateDir()));
    StreamsReading streamsReading = new StreamsReading(streams);
    report.add(streamsReading);
    LongAdder threadsReplaced = counts.of("stream_threads_replaced_total");
    report.stateFrom(streamsReading::state);
    report.assignedFrom(streamsReading::assigned);
    parts.add(() -> close(streams));
    parts.add(clients);
    endsWith(streams, threadsReplaced, () -> LOG.info("workers: {}", workers.codecs()));
    List<KafkaStreams> beside = new ArrayList<>();
    beside.add(
        beside(
            new IndexTopology(
                    topics,
                    RecordDecoder.of(PreparedPair.class, topics.training().name(), registry))
                .build(new StreamsBuilder()),
            settings.indexSettings(),
            "what is published is not indexed yet",
            threadsReplaced));
    if (plan.nearCopies().areLookedFor()) {
      beside.add(
          beside(
              new LookUpTopology(
                      topics,
                      new RecordDecoder<>(topics.fingerprints(), Fingerprint.SCHEMA$, registry),
                      plan.nearCopies(),
                      plan.split().isByImage())
                  .build(new StreamsBuilder()),
              settings.lookUpSettings(),
              "pairs of new pictures wait until these are looked up",
              threadsReplaced));
    }
    report.add(
        reading ->
            reading.fact(
                AbandonedTransaction.IDS_FACT,
                Stream.concat(Stream.of(streams), beside.stream())
                    .flatMap(each -> each.metadataForLocalThreads().stream())
                    .map(thread -> AbandonedTransaction.transactionalId(thread.consumerClientId()))
                    .collect(Collectors.joining(" "))));
    Dataset dataset = settings.cluster().dataset();
    var unused =
        closedLater(
            DeadInstances.watch(
                settings.cluster(),
                List.of(dataset.preprocessGroup(), dataset.indexGroup(), dataset.lookUpGroup())));
    LOG.info(
        "recipe {} version {}, {} partitions, {} threads, workers: {}",
        settings.recipe(),
        plan.version(),
        partitions,
        settings.threads(),
        workers.sandbox());
    streams.start();
    beside.forEach(KafkaStreams::start);
  }

  /** Gives the partitions away when this is closed: otherwise they wait a while for a restart. */
  public void leaveAtClose() {
    atClose = GroupMembershipOperation.LEAVE_GROUP;
  }

  private void close(KafkaStreams streams) {
    streams.close(CloseOptions.timeout(STOP_WITHIN).withGroupMembershipOperation(atClose));
  }

  /**
   * A further Kafka Streams client, with settings and a group of its own.
   *
   * @param otherwise consequence while the client does not run, for the report
   */
  private KafkaStreams beside(
      Topology graph, Map<String, Object> settings, String otherwise, LongAdder threadsReplaced) {
    Properties properties = new Properties();
    properties.putAll(settings);
    KafkaStreams streams = new KafkaStreams(graph, properties, RestingConsumer.clients());
    parts.add(() -> close(streams));
    endsWith(streams, threadsReplaced, () -> {});
    String group = settings.get(StreamsConfig.APPLICATION_ID_CONFIG).toString();
    report.obstacleFrom(
        () ->
            Optional.of(streams.state())
                .filter(state -> state != KafkaStreams.State.RUNNING)
                .map(is -> Obstacle.known("NOT_RUNNING", "{0}: {1} is {2}", otherwise, group, is)));
    return streams;
  }

  /**
   * Replaces a thread after an outage of the brokers or a pause, and ends the service with any
   * other fault.
   */
  private void endsWith(KafkaStreams streams, LongAdder threadsReplaced, Runnable whenRunning) {
    streams.setUncaughtExceptionHandler(
        thrown -> {
          if (BrokerOutage.isBehind(thrown)) {
            threadsReplaced.increment();
            LOG.warn(
                "a stream thread ended after trouble with the brokers or a pause, and another takes"
                    + " its place: {}",
                RootCause.message(thrown));
            return StreamThreadExceptionResponse.REPLACE_THREAD;
          }
          if (RootCause.of(thrown) instanceof AuthorizationException) {
            LOG.error("a stream thread ended; the service stops: {}", RootCause.message(thrown));
          } else {
            LOG.error("a stream thread ended; the service stops", thrown);
          }
          ended.complete(Optional.of(thrown));
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    streams.setStateListener(
        (now, before) -> {
          LOG.info("state: {}", now);
          if (now == KafkaStreams.State.RUNNING) {
            whenRunning.run();
          }
          if (now == KafkaStreams.State.NOT_RUNNING || now == KafkaStreams.State.ERROR) {
            ended.complete(Optional.empty());
          }
        });
  }

  private static Obstacle obstacle(ImageWorkerPool workers) {
    String trouble = workers.trouble();
    return trouble.isEmpty()
        ? Obstacle.known("NO_WORKER", "no image worker is able to work")
        : Obstacle.known("WORKERS_FAIL", "{0}", trouble);
  }

  private static void count(Counts counts, String step, long nanos, Outcome<?> outcome) {
    counts.of("step_records_total", "step", step).increment();
    counts.nanosOf("step_seconds_total", "step", step).add(nanos);
    counts
        .of("step_rejections_total", "step", step)
        .add(outcome instanceof Outcome.Rejected<?> ? 1 : 0);
  }

  private static void read(Limit limit, Reading reading) {
    reading.gauge(
        "recipe_limit", limit.limit(), "measure", limit.measure(), "bound", limit.bound().name());
  }

  private static void read(ImageWorkerPool.Counts workers, Reading reading) {
    reading
        .gauge("image_workers", workers.most())
        .gauge("image_workers_running", workers.running())
        .gauge("image_workers_busy", workers.busy())
        .gauge("image_worker_callers_waiting", workers.callersWaiting())
        .counter("image_worker_images_total", workers.asked())
        .counter("image_worker_starts_total", workers.started())
        .counter("image_worker_failed_starts_total", workers.failedStarts())
        .counter("image_worker_losses_total", workers.crashed(), "cause", "crash")
        .counter("image_worker_losses_total", workers.late(), "cause", "deadline")
        .counter("image_worker_losses_total", workers.odd(), "cause", "answer");
  }

  private <T extends AutoCloseable> T closedLater(T part) {
    parts.add(part);
    return part;
  }

  /**
   * Waits until the service has ended, by {@link #close} or by a fault of its own, which it
   * answers.
   */
  public Optional<Throwable> awaitEnd() {
    return ended.join();
  }

  /** Whether the service has ended, by {@link #close} or by a fault of its own. */
  public boolean hasEnded() {
    return ended.isDone();
  }

  /** Stops the parts, the last one first. */
  @Override
  public void close() {
    for (int i = parts.size() - 1; i >= 0; i--) {
      try {
        parts.get(i).close();
      } catch (Exception e) {
        LOG.warn("a part does not close", e);
      }
    }
  }
}
