package io.pairstream.cli.archive;

import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.FilesFrom;
import io.pairstream.cli.command.Resumable;
import io.pairstream.cli.run.StateFolder;
import io.pairstream.cli.run.WorkerOptions;
import io.pairstream.curation.takedown.TopologyProgress;
import io.pairstream.preprocess.run.PreprocessService;
import io.pairstream.preprocess.run.PreprocessSettings;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.terminal.Progress;
import io.pairstream.tools.archive.Rerun;
import io.pairstream.tools.archive.Rerun.RerunReport;
import io.pairstream.tools.topics.CreateTopics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream rerun}: the raw log once more, into another data set. */
@Command(name = "rerun")
public final class RerunCommand extends ClusterCommand.Fit implements Resumable {

  @Mixin FilesFrom filesFrom;

  private static final String TOPICS = "raw";
  private static final Duration LONG = Duration.ofDays(1_000);

  @Option(names = "--from", paramLabel = "raw|DIR", required = true)
  private String from;

  @Option(names = "--into", paramLabel = "NAME", required = true)
  private String into;

  @Option(names = "--recipe", paramLabel = "NAME|FILE")
  private String recipe;

  @Option(names = "--registry-credential", paramLabel = "FILE")
  private Path registryCredential;

  private volatile long sent;

  @Mixin private final StateFolder state = new StateFolder("state");

  @Mixin(name = "workers")
  private WorkerOptions workers;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (from.equals(TOPICS) && Files.isDirectory(Path.of(TOPICS))) {
      say("--from raw is the topics; the folder of that name is --from ./raw");
    }
    Cluster target =
        options()
            .clusterToRegisterIn(registryCredential)
            .without(cluster().doneWithout())
            .with(checked("--into: ", () -> new Dataset(into)));
    require(
        !target.dataset().equals(cluster().dataset()),
        "--into names the data set that is rerun; name another");
    PreprocessSettings preprocess = recipe == null ? null : checked(() -> settings(target));
    ClusterAccess live = access();
    ClusterAccess other = new ClusterAccess(target);
    var unused =
        new CreateTopics(other, CreateTopics.BROKER_DEFAULT)
            .create(new TopicCatalogue(target.dataset(), partitions(live)));
    RerunReport report;
    try (PreprocessService service = preprocess == null ? null : new PreprocessService(preprocess);
        Progress progress = progress()) {
      report = send(live, other, progress);
      if (service != null) {
        service.leaveAtClose();
        awaitOutputs(other, service, progress);
      }
    }
    return answer(report, () -> print(report));
  }

  @Override
  public String soFar() {
    return "records that were sent now: " + sent;
  }

  private PreprocessSettings settings(Cluster target) {
    // Both are asked for before anything is made.
    plan(recipe(recipe));
    int threads = Runtime.getRuntime().availableProcessors();
    return new PreprocessSettings(
        target, recipe, state.folder(options()), threads, workers.of(threads));
  }

  private static int partitions(ClusterAccess cluster) {
    try (CommittedLog log = CommittedLog.open(cluster)) {
      return log.partitions(cluster.topics().crowdsourced().name()).size();
    }
  }

  private RerunReport send(ClusterAccess live, ClusterAccess other, Progress progress)
      throws IOException {
    LongConsumer heard =
        count -> {
          sent = count;
          progress.show("%,d record(|s) (is|are) sent", count);
        };
    try (Rerun rerun = checked(() -> new Rerun(live, other, heard))) {
      return from.equals(TOPICS) ? rerun.fromTopics() : rerun.fromArchive(Path.of(from));
    }
  }

  private static void awaitOutputs(
      ClusterAccess other, PreprocessService service, Progress progress) {
    Runnable meanwhile =
        () -> {
          if (service.hasEnded()) {
            throw new KafkaException("preprocessing ended by a fault; the same command goes on");
          }
          progress.show("all are sent; waiting for the topology");
        };
    try (Admin admin = other.admin();
        CommittedLog log = CommittedLog.open(other)) {
      boolean unused = new TopologyProgress(other, admin, log, LONG, meanwhile).awaitAll();
    }
  }

  private void print(RerunReport report) {
    count("%d withdrawn record(|s) (was|were) not sent", report.withdrawn());
    count(
        "%d record(|s) (was|were) not sent: they are larger than a raw record may be",
        report.tooLarge());
    count(
        "%d offset(|s) (is|are) missing: they had left the log before they were sent",
        report.missing());
    print(
        "%d record(|s) sent into %s now; %s is done",
        report.sent(), into, from.equals(TOPICS) ? "the raw log" : from);
    print("what differs: %s", Hint.of("compare " + into));
  }
}
