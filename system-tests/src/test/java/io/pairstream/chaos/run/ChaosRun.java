package io.pairstream.chaos.run;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.ClusterPlan;
import io.pairstream.chaos.faults.FaultCatalogue;
import io.pairstream.chaos.faults.OwnRecords;
import io.pairstream.chaos.load.Producers;
import io.pairstream.chaos.load.ProducersPlan;
import io.pairstream.chaos.load.SeededLoad;
import io.pairstream.chaos.load.SentLedger;
import io.pairstream.chaos.verify.LiveReader;
import io.pairstream.chaos.verify.Verdict;
import io.pairstream.chaos.verify.Verifier;
import io.pairstream.service.Cluster;
import io.pairstream.system.Await;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One run: starts a cluster, sends a load, hurts the cluster as planned while an unconcerned reader
 * watches the outputs, lets it heal, and closes the accounts.
 */
final class ChaosRun {

  /** A producer's last records may wait for brokers that are still coming back. */
  private static final Duration SENT_WITHIN = Duration.ofMinutes(30);

  private static final Duration DRAINED_WITHIN = Duration.ofMinutes(15);
  private static final Duration IN_SYNC_WITHIN = Duration.ofMinutes(6);
  private static final Duration TRAINED_WITHIN = Duration.ofMinutes(10);

  private static final Duration DOOR_GRACE = Duration.ofSeconds(25);
  private static final Duration END_LOOKED_FOR_EVERY = Duration.ofSeconds(1);

  /** Number of records, as a share of the load, behind which the trainer cuts its view. */
  private static final double TRAINER_BEGINS = 0.2;

  private final ChaosSettings settings;
  private final Scenario scenario;
  private final PrintStream out;
  private final Path folder;
  private final Map<String, Duration> phases = new LinkedHashMap<>();
  private final Instant began = Instant.now();
  private final List<String> notes = new ArrayList<>();

  /**
   * What a run is made of, besides its settings.
   *
   * @param plan of the cluster
   * @param mix of all kinds that are possible: how often each comes
   * @param overlapping the share of faults that the next one overlaps, 0 to 1
   * @param trainer what the trainer does, where there is one
   * @param judges whether recovery times and memory are promises, too
   * @param command that does it again
   */
  record Scenario(
      ClusterPlan plan,
      Mix mix,
      double overlapping,
      HurtTrainer.Plan trainer,
      boolean judges,
      String command) {}

  /** How often each kind comes. */
  interface Mix {
    List<FaultPlan.Share> shares(List<String> possible);
  }

  /**
   * @param out gets a line for everything that is done
   */
  ChaosRun(ChaosSettings settings, Scenario scenario, PrintStream out) throws IOException {
    this.settings = settings;
    this.scenario = scenario;
    this.out = out;
    Files.createDirectories(settings.folder());
    this.folder = Files.createTempDirectory(settings.folder().toAbsolutePath(), "run-");
  }

  /** Runs it all and writes the reports, also of a run that did not come to its end. */
  RunResult run() throws Exception {
    tell("seed %d: %s".formatted(settings.seed(), scenario.command()));
    tell("%s; %s".formatted(Machine.words(), "load " + Machine.load()));
    notes.add(
        "Processes that wanted a processor when it began: "
            + Machine.load()
            + " on average over a minute.");
    RunResult result;
    try (ChaosCluster cluster = started()) {
      Thread hook = new Thread(cluster::close, "end-of-run");
      Runtime.getRuntime().addShutdownHook(hook);
      try {
        result = onCluster(cluster);
        write(result);
        stay(cluster);
      } finally {
        Runtime.getRuntime().removeShutdownHook(hook);
      }
    }
    if (result.passed() && !settings.keepsFolder()) {
      FileTree.delete(folder);
    } else {
      tell("logs, ledger and time line: " + folder);
    }
    return result;
  }

  /**
   * Leaves brokers and registry up for somebody who tampers with the topics; without preprocessing
   * and front doors nobody else writes to them.
   */
  private void stay(ChaosCluster cluster) throws InterruptedException {
    if (settings.stayMinutes() == 0) {
      return;
    }
    cluster.instances().forEach(cluster::removeInstance);
    cluster.frontDoors().forEach(door -> door.stop(DOOR_GRACE));
    Cluster access = cluster.access();
    Path end = folder.resolve("end");
    tell(
        "brokers and registry stay up for %d minutes, or until there is a file %s"
            .formatted(settings.stayMinutes(), end));
    tell(
        "system-tests/verify.sh --ledger %s --bootstrap-servers %s --schema-registry %s --dataset %s"
            .formatted(
                folder.resolve("ledger.jsonl"),
                access.bootstrapServers(),
                access.registryAddresses(),
                access.dataset().name()));
    long until = System.nanoTime() + Duration.ofMinutes(settings.stayMinutes()).toNanos();
    while (System.nanoTime() < until && !Files.exists(end)) {
      TimeUnit.MILLISECONDS.sleep(END_LOOKED_FOR_EVERY.toMillis());
    }
  }

  private ChaosCluster started() {
    Instant from = Instant.now();
    ChaosCluster cluster = ChaosCluster.start(scenario.plan(), folder.resolve("cluster"));
    phase("start", from);
    return cluster;
  }

  private RunResult onCluster(ChaosCluster cluster) throws Exception {
    Cluster access = cluster.access();
    SeededLoad load = new SeededLoad(settings.seed());
    ProducersPlan sending =
        new ProducersPlan(
            settings.records(),
            3,
            scenario.plan().frontDoors() > 0 ? 2 : 0,
            settings.recordsPerSecond(),
            Duration.ofSeconds(30));
    CommittedPlaces places = new CommittedPlaces();
    try (SentLedger ledger =
            SentLedger.create(folder.resolve("ledger.jsonl"), access.dataset(), settings.seed());
        Timeline timeline = Timeline.in(folder.resolve("timeline.jsonl"));
        Producers producers =
            Producers.open(
                access,
                load,
                ledger,
                sending,
                () -> cluster.frontDoors().stream().map(cluster::address).toList());
        LiveReader live = LiveReader.start(access, producers::acknowledged);
        WaitingRecords waiting = new WaitingRecords(access);
        HurtTrainer trainer =
            new HurtTrainer(
                access, folder.resolve("trainer"), scenario.trainer(), settings.seed());
        Sampler sampler =
            new Sampler(
                timeline,
                producers::acknowledged,
                live.outputs()::size,
                cluster::all,
                waiting,
                places)) {
      OwnRecords own = new OwnRecords(load, ledger, settings.records());
      FaultChoice choice = new CatalogueChoice(new FaultCatalogue(cluster, own), cluster::all);
      List<PlannedFault> plan = plan(choice);
      RunningFaults running =
          new RunningFaults(
              choice, producers::acknowledged, gate(producers), outputs(live), this::tell);
      sampler.start();
      Checks checks = new Checks();
      Optional<Verdict> verdict = Optional.empty();
      try {
        try {
          loadAndFaults(running, plan, producers, live, trainer);
          checks.drained(drain(cluster, producers, live, waiting));
        } finally {
          sampler.stop();
        }
        verdict = Optional.of(verify(cluster.patientAccess(), ledger, live));
        trained(trainer).ifPresent(checks::trainer);
      } catch (Exception | AssertionError e) {
        tell("did not come to its end: " + e);
        checks.brokenOff(e);
      }
      verdict.ifPresent(checks::accounts);
      checks.frontDoors(producers.turnedAway());
      Outages outages = new Outages(live.outputs(), ledger, places, producers.turnedAway());
      running.done().stream().map(outages::event).forEach(timeline::add);
      outages.waits().ifPresent(notes::add);
      Accounts accounts = verdict.map(Checks::words).orElseGet(() -> unverified(producers, live));
      return result(timeline, choice, plan.size(), accounts, checks, live);
    }
  }

  private static RunningFaults.Outputs outputs(LiveReader live) {
    return (after, partitions) ->
        partitions.isEmpty()
            ? live.outputs().firstAfter(after, Set.of()).isPresent()
            : partitions.stream()
                .allMatch(each -> live.outputs().firstAfter(after, Set.of(each)).isPresent());
  }

  private static RunningFaults.Gate gate(Producers producers) {
    return new RunningFaults.Gate() {
      @Override
      public void pause() {
        producers.pause();
      }

      @Override
      public void resume() {
        producers.resume();
      }
    };
  }

  /** What is known where nobody has read the topics anew. */
  private static Accounts unverified(Producers producers, LiveReader live) {
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("acknowledged to a producer", producers.acknowledged());
    figures.put("outputs that the live reader saw", live.outputs().size());
    return new Accounts(
        false, figures, List.of("The run was broken off, and its accounts were not closed."));
  }

  private List<PlannedFault> plan(FaultChoice choice) {
    choice.impossible().forEach((kind, why) -> tell("impossible here: " + kind + ": " + why));
    List<String> possible =
        choice.possible().stream()
            .filter(
                kind ->
                    settings.kinds().isEmpty()
                        || settings.kinds().stream().anyMatch(kind::contains))
            .toList();
    if (possible.isEmpty() && settings.faults() > 0) {
      throw new IllegalArgumentException(
          "chaos.kinds names none that is possible here; there are: "
              + String.join("; ", choice.possible()));
    }
    return FaultPlan.draw(
        settings.seed(),
        settings.records(),
        settings.faults(),
        scenario.mix().shares(possible),
        scenario.overlapping());
  }

  private void loadAndFaults(
      RunningFaults running,
      List<PlannedFault> plan,
      Producers producers,
      LiveReader live,
      HurtTrainer trainer)
      throws InterruptedException {
    Instant from = Instant.now();
    producers.start();
    Thread trainerBegins = null;
    if (settings.trainer()) {
      trainerBegins =
          new Thread(
              () -> {
                try {
                  if (live.awaitOutputs(
                      Math.round(TRAINER_BEGINS * settings.records()), SENT_WITHIN)) {
                    trainer.start();
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              },
              "trainer-begins");
      trainerBegins.setDaemon(true);
      trainerBegins.start();
    }
    running.run(plan, () -> producers.acknowledged() >= settings.records());
    if (!producers.awaitAllSent(SENT_WITHIN)) {
      throw new AssertionError(
          "of %d records %d were acknowledged within %d minutes after the last fault"
              .formatted(settings.records(), producers.acknowledged(), SENT_WITHIN.toMinutes()));
    }
    phase("load and faults", from);
    tell("%,9d  all are acknowledged".formatted(producers.acknowledged()));
  }

  /** Waits until every record has left; where one does not, the verifier says which. */
  private boolean drain(
      ChaosCluster cluster, Producers producers, LiveReader live, WaitingRecords waiting) {
    Instant from = Instant.now();
    producers.close();
    cluster.awaitInSync(IN_SYNC_WITHIN);
    boolean drained = true;
    try {
      Await.until(
          "nothing waits, and every record has left",
          DRAINED_WITHIN,
          () -> {
            Optional<WaitingRecords.Look> look = look(waiting);
            return look.isPresent()
                && look.get().waiting() == 0
                && live.outputs().size() >= look.get().records();
          },
          () -> look(waiting) + ", " + live.outputs().size() + " outputs");
      tell("nothing waits; %,d outputs".formatted(live.outputs().size()));
    } catch (AssertionError e) {
      drained = false;
      tell(e.getMessage());
    }
    phase("drain", from);
    return drained;
  }

  private static Optional<WaitingRecords.Look> look(WaitingRecords waiting) {
    try {
      return waiting.look();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private Verdict verify(Cluster access, SentLedger ledger, LiveReader live) {
    Instant from = Instant.now();
    Verdict verdict = new Verifier().verify(access, ledger, Optional.of(live));
    phase("verification", from);
    tell(verdict.inWords());
    verdict.differences().forEach(this::tell);
    return verdict;
  }

  private Optional<HurtTrainer.Result> trained(HurtTrainer trainer)
      throws IOException, InterruptedException {
    if (!settings.trainer()) {
      return Optional.empty();
    }
    Instant from = Instant.now();
    HurtTrainer.Result result = trainer.finish(TRAINED_WITHIN);
    phase("trainer's end and unbroken run", from);
    tell("trainer: " + result.inWords());
    notes.add("The trainer: " + result.inWords() + ".");
    return Optional.of(result);
  }

  private RunResult result(
      Timeline timeline,
      FaultChoice choice,
      int planned,
      Accounts accounts,
      Checks checks,
      LiveReader live) {
    checks.faults(timeline.events(), planned);
    checks.endings(timeline.events(), choice.endedByThemselves());
    checks.promises(timeline.events());
    if (scenario.judges()) {
      checks.recovery(timeline.events());
      checks.memory(MemoryTrend.of(timeline.samples()));
    }
    notes.add(
        "The longest time in which records waited and no output at all came: %.1f s."
            .formatted(live.longestStall().lasted().toMillis() / 1e3));
    return new RunResult(
        settings,
        scenario.command(),
        Machine.words(),
        began,
        phases,
        timeline.events(),
        timeline.samples(),
        choice.impossible(),
        accounts,
        checks.all(),
        notes);
  }

  private void write(RunResult result) throws IOException {
    Path report = settings.report().toAbsolutePath();
    Files.createDirectories(report.getParent());
    Files.writeString(report, HtmlReport.of(result));
    Files.writeString(Path.of(report + ".json"), JsonReport.of(result));
    tell("report: " + report);
    tell("verdict: " + result.verdict());
  }

  private void phase(String name, Instant from) {
    phases.put(name, Duration.between(from, Instant.now()));
  }

  private void tell(String line) {
    Duration since = Duration.between(began, Instant.now());
    String told = "chaos %3d:%02d  %s%n".formatted(since.toMinutes(), since.toSecondsPart(), line);
    out.print(told);
    out.flush();
    try {
      // Also where the harness is ended from outside, it is known what was done until then.
      Files.writeString(
          folder.resolve("run.log"), told, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
