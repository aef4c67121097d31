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
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.WriterSchemas;
import io.pairstream.service.OpenParts;
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
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
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

  /** The part of the heap that prepared pairs may take while their pictures are looked up. */
  private static final int HELD_SHARE = 8;

  private final PreprocessSettings settings;
  private final SelfReport report;
  private final PairTopics topics;
  private final Counts counts = new Counts();
  private final CompletableFuture<Optional<Throwable>> ended = new CompletableFuture<>();
  private final StreamClients streams;
  private final OpenParts parts = new OpenParts();

  /** Prerequisite that the start waits for. */
  private volatile Obstacle waitsFor = Obstacle.NONE;

  /**
   * Puts the parts together and starts them.
   *
   * @throws io.pairstream.cleaning.recipe.InvalidRecipeException for a recipe with mistakes
   * @throws StartException where a worker is missing, or the topics do not fit; the message says
   *     what to do
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
    this.settings = settings;
    this.report = report;
    this.topics = PairTopics.of(settings.cluster().dataset(), settings.cluster().registry());
    Files.createDirectories(settings.stateDir());
    this.streams =
        new StreamClients(
            report,
            counts.of("stream_threads_replaced_total"),
            ended,
            instance(settings.stateDir().resolve("instance-id")));
    try {
      start();
    } catch (IOException | InterruptedException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** The instance's name in its groups: its state directory's, made at the first start there. */
  private static String instance(Path file) throws IOException {
    if (Files.notExists(file) || Files.size(file) == 0) {
      Files.writeString(file, UUID.randomUUID().toString());
    }
    return Files.readString(file);
  }

  private void start() throws IOException, InterruptedException {
    // First of all parts, so that it is closed last, and reports waiting for the others.
    parts.add(
        StatusReporter.start(
            report, topics.instances(), settings.cluster().clientSettings(Map.of())));
    report.obstacleFrom(() -> waitsFor.ifAny());
    ImageWorkerPool workers = startWorkers();
    CleaningPlan plan =
        new CleaningPlan(
            RecipeFile.find(settings.recipe()).reader(),
            new RememberingWorker(workers),
            (step, nanos, outcome) -> count(counts, step, nanos, outcome));
    requireSandbox(workers);
    int partitions =
        new NeededTopics(topics, plan.nearCopies().areLookedFor())
            .await(settings.cluster(), settings.transactionTimeout(), waits -> waitsFor = waits);
    RecipeNote.write(
        plan, Instant.now(), topics.recipes(), settings.cluster().clientSettings(Map.of()));

    reportOn(plan, workers);
    addCleaning(plan, workers, partitions);
    addIndexAndLookUp(plan);
    report.add(reading -> reading.fact(AbandonedTransaction.IDS_FACT, streams.transactionalIds()));
    Dataset dataset = settings.cluster().dataset();
    var unused =
        parts.add(
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
  }

  /** Image workers, the first of which starts while all else does. */
  private ImageWorkerPool startWorkers() {
    ImageWorkerPool workers = parts.add(new ImageWorkerPool(settings.workers()));
    workers.printTo(LOG::info);
    var unused = workers.available();
    return workers;
  }

  private void requireSandbox(ImageWorkerPool workers) {
    try {
      if (settings.workers().sandboxRequired()) {
        workers.requireSandbox();
      }
    } catch (ImageWorkerUnavailableException e) {
      throw new StartException(e.getMessage(), e);
    }
  }

  private void reportOn(CleaningPlan plan, ImageWorkerPool workers) {
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
    workers.steps().forEach(steps -> report.add(reading -> read(steps.disagreements(), reading)));
    report.add(Reading.ofDisk(settings.stateDir()));
  }

  /**
   * Adds the client that cleans; it takes records in while the registry, workers and disk allow.
   */
  private void addCleaning(CleaningPlan plan, ImageWorkerPool workers, int partitions) {
    WriterSchemas schemas = parts.add(new WriterSchemas(topics.crowdsourced()));
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
                partitions,
                new DecisionCounts(counts, Clock.systemUTC()),
                parts.add(new RawTopics(settings.cluster())),
                Runtime.getRuntime().maxMemory() / HELD_SHARE)
            .build(new StreamsBuilder(new TopologyConfig(new StreamsConfig(streamsSettings))));
    streamsSettings.remove(TimedProcessors.COUNTS); // only the graph is made from it
    AdmittingClients clients = new AdmittingClients(admission);
    KafkaStreams cleaning =
        streams.add(
            topology, streamsSettings, clients, () -> LOG.info("workers: {}", workers.codecs()));
    parts.add(() -> streams.close(cleaning));
    parts.add(clients);
    report.topology(topology.describe().toString());
    report.obstacleFrom(admission::trouble);
    report.standstillFrom(() -> admission.standsStill(settings.longestRound()));
    StreamsReading reading = new StreamsReading(cleaning);
    report.add(reading);
    report.stateFrom(reading::state);
    report.assignedFrom(reading::assigned);
  }

  /** Adds the clients that index what is published, and look pictures up. */
  private void addIndexAndLookUp(CleaningPlan plan) {
    KafkaStreams index =
        streams.addBeside(
            new IndexTopology(topics).build(new StreamsBuilder()),
            settings.indexSettings(),
            "what is published is not indexed yet");
    parts.add(() -> streams.close(index));
    if (plan.nearCopies().areLookedFor()) {
      KafkaStreams lookUp =
          streams.addBeside(
              new LookUpTopology(topics, plan.nearCopies(), plan.split().isByImage())
                  .build(new StreamsBuilder()),
              settings.lookUpSettings(),
              "pairs of new pictures wait until these are looked up");
      parts.add(() -> streams.close(lookUp));
    }
  }

  /** Gives the partitions away when this is closed: otherwise they wait a while for a restart. */
  public void leaveAtClose() {
    streams.leaveAtClose();
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

  private static void read(Map<String, Long> disagreements, Reading reading) {
    disagreements.forEach(
        (step, count) -> reading.counter("step_disagreements_total", count, "step", step));
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
    parts.close();
  }
}
