package io.pairstream.service.requirements;

import io.pairstream.schemas.Hint;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.Cluster;
import io.pairstream.service.requirements.Finding.Area;
import io.pairstream.service.requirements.Finding.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks that a cluster's settings allow Pairstream's guarantees. Immutable. */
public record ClusterCheck(Cluster cluster, List<TopicSpec> specs, Optional<Duration> transaction) {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterCheck.class);

  /**
   * Most records that preprocessing takes at a time. How long its transactions may take is computed
   * from it.
   */
  public static final int RECORDS_PER_POLL = 8;

  /** Looks at every topic of the cluster's data set. */
  public static ClusterCheck of(Cluster cluster) {
    return new ClusterCheck(
        cluster, new TopicCatalogue(cluster.dataset(), 1).topics(), Optional.empty());
  }

  /** Returns a copy that checks only these topics, with which a service works. */
  public ClusterCheck onTopics(Collection<String> names) {
    return new ClusterCheck(
        cluster, specs.stream().filter(spec -> names.contains(spec.name())).toList(), transaction);
  }

  /** Returns a copy for a service whose transactions may last this long. */
  public ClusterCheck withTransactionsOf(Duration longest) {
    return new ClusterCheck(cluster, specs, Optional.of(longest));
  }

  /**
   * Refuses a cluster that breaks a requirement which its operator does not do without. Facts that
   * we may not read, and other findings, are logged only.
   *
   * @throws WeakClusterException naming all of them
   * @throws KafkaException where the cluster does not answer
   */
  public void require() {
    List<Finding> findings = new ArrayList<>(clients());
    findings.addAll(kafka());
    said(findings).forEach(LOG::warn);
    refuse(findings);
  }

  /**
   * Checks for an interactive command: logs nothing, and passes where the cluster does not answer.
   *
   * @throws WeakClusterException naming all broken requirements
   */
  public void requireQuietly() {
    List<Finding> findings = new ArrayList<>(clients());
    try {
      findings.addAll(kafka());
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      LOG.debug("the brokers do not say how they are set", e);
    }
    refuse(findings);
  }

  /** Warnings of a start about findings that do not refuse it, a line each. */
  static List<String> said(List<Finding> findings) {
    return findings.stream()
        .filter(finding -> finding.level() != Level.OK && !finding.isRefused())
        .map(
            finding ->
                finding.area().name().toLowerCase(Locale.ROOT)
                    + ": "
                    + finding.check()
                    + (finding.level() == Level.UNKNOWN ? " cannot be checked: " : ": ")
                    + finding.sentence())
        .distinct()
        .toList();
  }

  private static void refuse(List<Finding> findings) {
    List<Finding> broken = findings.stream().filter(Finding::isRefused).toList();
    if (!broken.isEmpty()) {
      throw new WeakClusterException(broken);
    }
  }

  /**
   * Waits without limit for the cluster to answer, then checks. A cluster that denies us access is
   * not judged.
   *
   * @throws WeakClusterException naming all broken requirements
   */
  public void requireOnceItAnswers() throws InterruptedException {
    Prerequisites.await(
        () -> {
          try {
            require();
          } catch (RetriableException | InterruptException e) {
            throw e;
          } catch (KafkaException e) {
            LOG.warn("the cluster's settings cannot be checked: {}", RootCause.message(e));
          }
          return true;
        },
        () -> false,
        waitsFor -> {});
  }

  /** All that there is to say of clients, brokers, topics and the registry; never throws. */
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>(clients());
    try {
      findings.addAll(kafka());
    } catch (KafkaException e) {
      findings.add(
          Finding.unknown(
              Area.BROKERS,
              "reachable",
              "no broker at " + cluster.bootstrapServers() + " answers: " + RootCause.message(e),
              "start one with: "
                  + Hint.called()
                  + " up, or say where: --bootstrap-servers; credentials go into the file of"
                  + " --config, as kafka.*"));
    }
    findings.addAll(RegistryChecks.look(cluster.registry(), cluster.dataset(), specs));
    return findings;
  }

  private List<Finding> clients() {
    Finding found =
        ClientChecks.judge(
            cluster.kafkaSettings(), cluster.dataset().preprocessGroup(), transaction.orElse(null));
    return List.of(found.without(cluster.doneWithout()));
  }

  private List<Finding> kafka() {
    Set<String> topics = new LinkedHashSet<>(ClusterFacts.INTERNAL);
    specs.forEach(spec -> topics.add(spec.name()));
    topics.add(TopicCatalogue.SCHEMAS);
    ClusterFacts facts;
    try (Admin admin = AdminClients.create(cluster.clientSettings(Cluster.TIMEOUT))) {
      facts = ClusterFacts.ask(admin, cluster.bootstrapServers(), topics);
    }
    return Stream.of(
            new BrokerChecks(facts, transaction).judge(),
            new TopicChecks(facts, cluster.dataset(), specs).judge())
        .flatMap(List::stream)
        .map(finding -> finding.without(cluster.doneWithout()))
        .toList();
  }
}
