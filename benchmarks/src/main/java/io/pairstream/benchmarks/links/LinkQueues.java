package io.pairstream.benchmarks.links;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.ingest.publish.LinkPublisher;
import io.pairstream.ingest.publish.NewLink;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.topics.CreateTopics;
import io.pairstream.platform.LocalPlatform;
import io.pairstream.platform.PlatformSettings;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.schemas.wire.LinkHeaders;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.Cluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Three processes share a topic of links, by partitions or as a share group; one is killed half
 * way. Says how fast the links were worked off, what was written twice or not at all, and how many
 * requests one host had at once, where each process makes two at most.
 */
@Command(name = "links", mixinStandardHelpOptions = true)
public final class LinkQueues implements Callable<Integer> {

  private static final int INSTANCES = 3;
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @Option(names = "--links", defaultValue = "6000", description = "Default: ${DEFAULT-VALUE}")
  private int links;

  @Option(names = "--hosts", defaultValue = "300", description = "Default: ${DEFAULT-VALUE}")
  private int hosts;

  @Option(names = "--rounds", defaultValue = "3", description = "Default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(names = "--no-kill", description = "Let all of them live.")
  private boolean noKill;

  public static void main(String[] arguments) {
    AvroSafety.install();
    System.exit(new CommandLine(new LinkQueues()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("links");
    try (ManyHosts site = new ManyHosts();
        LocalPlatform platform = LocalPlatform.start(PlatformSettings.in(directory))) {
      for (int round = 0; round < rounds; round++) {
        for (String discipline : List.of("partitions", "shared")) {
          Cluster cluster =
              new Cluster(
                  platform.bootstrapServers(),
                  platform.schemaRegistryUrl(),
                  new Dataset(discipline + round),
                  Map.of(),
                  platform.registrySettings());
          System.out.println(measure(discipline, round, cluster, site));
        }
      }
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    return 0;
  }

  private ObjectNode measure(String discipline, int round, Cluster cluster, ManyHosts site)
      throws IOException, InterruptedException {
    ClusterAccess access = new ClusterAccess(cluster);
    new CreateTopics(access, CreateTopics.BROKER_DEFAULT)
        .create(new TopicCatalogue(cluster.dataset(), TopicCatalogue.DEFAULT_PARTITIONS));
    try (Admin admin = access.admin()) {
      List<AlterConfigOp> settings = new ArrayList<>();
      settings.add(set("share.auto.offset.reset", "earliest"));
      settings.add(set("share.record.lock.duration.ms", "15000"));
      ClusterAccess.await(
          admin
              .incrementalAlterConfigs(
                  Map.of(
                      new ConfigResource(ConfigResource.Type.GROUP, cluster.dataset().fetchGroup()),
                      settings))
              .all());
    }
    publish(access, site);
    site.reset();

    List<Process> processes = new ArrayList<>();
    Duration processorTime = Duration.ZERO;
    try {
      for (int i = 0; i < INSTANCES; i++) {
        processes.add(start(discipline, cluster));
      }
      await(() -> site.requests() > 0);
      long begin = System.nanoTime();
      await(() -> site.requests() >= links / 2);
      if (!noKill) {
        processorTime = processorTime.plus(processorTime(processes.get(0)));
        processes.get(0).destroyForcibly().waitFor();
      }
      Map<String, Integer> written = new HashMap<>();
      long[] tenth = {0};
      try (CommittedLog log = CommittedLog.open(access)) {
        await(
            () -> {
              written.clear();
              read(access, log, written);
              if (tenth[0] == 0 && written.size() >= links * 0.9) {
                tenth[0] = System.nanoTime();
              }
              return written.size() == links;
            });
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      for (Process process : processes) {
        if (process.isAlive()) {
          processorTime = processorTime.plus(processorTime(process));
        }
      }
      return new JsonMapper()
          .createObjectNode()
          .put("discipline", discipline)
          .put("round", round)
          .put("links", links)
          .put("missing", links - written.size())
          .put("written_twice", written.values().stream().mapToInt(n -> n - 1).sum())
          .put("requests_repeated", site.requests() - links)
          .put("most_requests_at_one_host", site.mostAtOnce())
          .put("links_per_s", Math.round(links / seconds))
          .put(
              "links_per_s_of_the_first_90_percent",
              Math.round(0.9 * links / ((tenth[0] - begin) / 1e9)))
          .put("processor_s", processorTime.toMillis() / 1000.0);
    } finally {
      for (Process process : processes) {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private static AlterConfigOp set(String name, String value) {
    return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
  }

  private void publish(ClusterAccess access, ManyHosts site) {
    try (LinkPublisher publisher =
        LinkPublisher.open(
            access.topics().links(),
            access.registry(),
            access.clientSettings(),
            Clock.systemUTC())) {
      for (int i = 0; i < links; i++) {
        // Lists come site by site. The slow host has few: the others' show whether it holds them
        // up.
        int inARow = Math.max(1, links / hosts);
        int host = Math.min(hosts - 1, i / inARow);
        boolean moved = host == ManyHosts.SLOW_HOST && i > 3;
        var unused =
            publisher.publish(NewLink.of(site.url(moved ? 1 : host, i), "caption " + i, "en"));
      }
    }
  }

  private static Process start(String discipline, Cluster cluster) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-Xmx512m",
            "-cp",
            System.getProperty("java.class.path"),
            FetchingInstance.class.getName(),
            discipline,
            cluster.bootstrapServers(),
            cluster.registryAddresses(),
            cluster.dataset().name())
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static Duration processorTime(Process process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private static void read(ClusterAccess access, CommittedLog log, Map<String, Integer> written) {
    log.read(
        log.everything(log.partitions(access.topics().scraped().name())),
        record -> {
          LinkHeaders.readLink(record.headers())
              .ifPresent(link -> written.merge(OriginHeader.text(link), 1, Integer::sum));
          return true;
        });
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(Condition condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("not within " + PATIENCE);
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }
}
