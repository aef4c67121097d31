package io.pairstream.cli.cluster;

import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.command.FilesFrom;
import io.pairstream.cli.command.Version;
import io.pairstream.cli.run.WorkerOptions;
import io.pairstream.doctor.MachineChecks;
import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.operate.instances.InstanceChecks;
import io.pairstream.preprocess.run.HangingTransactions;
import io.pairstream.registry.WrittenIds;
import io.pairstream.schemas.Threads;
import io.pairstream.service.requirements.ClusterCheck;
import io.pairstream.service.requirements.Finding;
import io.pairstream.service.requirements.Finding.Area;
import io.pairstream.service.requirements.Finding.Level;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream doctor}: whether machine and cluster are fit for what is promised. */
@Command(name = "doctor")
public final class DoctorCommand extends ClusterCommand.Fit {

  @Mixin FilesFrom filesFrom;

  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final Duration SAYS_SO_AFTER = Duration.ofSeconds(5);

  @Mixin private WorkerOptions workers;

  @Option(names = "--recipe", paramLabel = "NAME|FILE", defaultValue = "dalle")
  private String recipe;

  private final List<Finding> findings = new ArrayList<>();

  private record Examined(long ok, long warning, long wrong, long unknown, List<Finding> checks) {}

  @Override
  public Integer call() {
    ImagePlan pictures = plan(recipe(recipe)).pictures();
    WorkerSettings worker = checked(() -> workers.of(1));
    String brokers = cluster().bootstrapServers();
    Path data = options().dataDirectory();
    // It takes longest, and no other check needs it.
    long begun = System.nanoTime();
    FutureTask<List<Finding>> trial =
        begin(Area.WORKER, () -> MachineChecks.WorkerCheck.run(worker, pictures));
    String release = Version.number();
    look(Area.MACHINE, "this machine", () -> MachineChecks.look(release, data));
    look(Area.BROKERS, "Kafka at " + brokers, () -> ClusterCheck.of(cluster()).findings());
    look(Area.TOPICS, "open transactions at " + brokers, () -> HangingTransactions.look(cluster()));
    look(Area.REGISTRY, "the schemas' ids at " + brokers, () -> WrittenIds.look(access()));
    look(
        Area.INSTANCES,
        "reports of processes at " + brokers,
        () -> InstanceChecks.look(access(), Clock.systemUTC()));
    Duration waited = Duration.ofNanos(System.nanoTime() - begun);
    find(Area.WORKER, "an image worker", waited, trial);
    Examined examined =
        new Examined(
            count(findings, Level.OK),
            count(findings, Level.WARNING),
            count(findings, Level.WRONG),
            count(findings, Level.UNKNOWN),
            findings);
    answer(
        examined,
        () ->
            print(
                "doctor: %d wrong, %d warnings, %d not checked, %d ok",
                examined.wrong(), examined.warning(), examined.unknown(), examined.ok()));
    return status(findings);
  }

  /** Looks, and says before at what, since much of it may have to be waited for. */
  private void look(Area area, String at, Supplier<List<Finding>> look) {
    find(area, at, Duration.ZERO, begin(area, look));
  }

  private void find(Area area, String at, Duration waited, FutureTask<List<Finding>> look) {
    say("doctor: looks at %s", at);
    for (Finding finding : within(LONGEST, area, at, waited, look)) {
      findings.add(finding);
      if (!json()) {
        print(
            "%-8s  %-8s  %-19s  %s",
            inWords(finding.level()), inWords(finding.area()), finding.check(), finding.sentence());
      }
    }
    out().flush();
  }

  /** Begins a look beside the caller. */
  static FutureTask<List<Finding>> begin(Area area, Supplier<List<Finding>> look) {
    FutureTask<List<Finding>> task = new FutureTask<>(look::get);
    Threads.daemon("doctor-" + area, task).start();
    return task;
  }

  /**
   * Findings of a look; where it takes longer, the finding that there is no answer. Says meanwhile
   * for what it waits.
   *
   * @param already for how long the look has been under way
   */
  final List<Finding> within(
      Duration longest, Area area, String at, Duration already, FutureTask<List<Finding>> task) {
    for (Duration waited = already; waited.compareTo(longest) < 0 || task.isDone(); ) {
      try {
        return task.get(SAYS_SO_AFTER.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        waited = waited.plus(SAYS_SO_AFTER);
        say("doctor: waits for %s, %d s of %d", at, waited.toSeconds(), longest.toSeconds());
      } catch (ExecutionException e) {
        throw e.getCause() instanceof RuntimeException fault
            ? fault
            : new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }
    task.cancel(true);
    String why = at + " gave no answer within " + longest.toSeconds() + " s";
    return List.of(Finding.unknown(area, "time", why, "ask again when less runs there"));
  }

  static int status(List<Finding> findings) {
    if (count(findings, Level.WRONG) > 0) {
      return ExitStatus.FOUND_WRONG;
    }
    return count(findings, Level.UNKNOWN) > 0 ? ExitStatus.COULD_NOT : ExitStatus.DONE;
  }

  private static String inWords(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static long count(List<Finding> findings, Level level) {
    return findings.stream().filter(finding -> finding.level() == level).count();
  }
}
