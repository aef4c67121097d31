package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.PlatformProcess;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.kafka.common.TopicPartition;

/**
 * Ends a broker by SIGKILL, chosen for the part it plays, and starts it again after a while.
 *
 * <p>Promised: another broker takes over its part; records are taken and decided meanwhile, and
 * nothing that was acknowledged is lost.
 */
final class KillBroker extends ClusterFault {

  /** What a broker is killed for. */
  enum Part {
    PARTITION_LEADER("kill -9 of a partition leader"),
    ACTIVE_CONTROLLER("kill -9 of the active controller"),
    TRANSACTION_COORDINATOR("kill -9 of a transaction coordinator"),
    GROUP_COORDINATOR("kill -9 of the group coordinator");

    private final String kind;

    Part(String kind) {
      this.kind = kind;
    }

    String kind() {
      return kind;
    }
  }

  private final Part part;
  private Optional<PlatformProcess> killed = Optional.empty();

  KillBroker(Part part, ChaosCluster cluster, SplittableRandom random) {
    super(part.kind(), between(random, 6, 12), cluster, random);
    this.part = part;
  }

  @Override
  public boolean kills() {
    return true;
  }

  @Override
  public void inject() {
    PlatformProcess broker = choose();
    touches(() -> cluster.ledBy(broker));
    killed = Optional.of(broker);
    strike(broker);
  }

  private PlatformProcess choose() {
    return switch (part) {
      case PARTITION_LEADER -> {
        String topic = random.nextBoolean() ? "crowdsourced" : "training";
        TopicPartition partition =
            new TopicPartition(
                ChaosCluster.DATASET.topic(topic), random.nextInt(cluster.plan().partitions()));
        yield named(answered(() -> cluster.leaderOf(partition)), "leader of " + partition);
      }
      case ACTIVE_CONTROLLER -> named(answered(cluster::activeController), "the active controller");
      case TRANSACTION_COORDINATOR -> {
        List<String> ids = answered(cluster::transactionalIds).stream().sorted().toList();
        String id = ids.get(random.nextInt(ids.size()));
        yield named(answered(() -> cluster.coordinatorOf(id)), "coordinator of " + id);
      }
      case GROUP_COORDINATOR ->
          named(answered(cluster::groupCoordinator), "the group's coordinator");
    };
  }

  private PlatformProcess named(PlatformProcess broker, String why) {
    hits(broker.name() + ", " + why);
    return broker;
  }

  @Override
  public void heal() {
    killed.ifPresent(this::bringBackBroker);
  }
}
