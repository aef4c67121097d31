package io.pairstream.preprocess.run;

import static org.apache.kafka.clients.consumer.ConsumerConfig.GROUP_INSTANCE_ID_CONFIG;

import io.pairstream.preprocess.world.RestingConsumer;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.report.Obstacle;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.transactions.AbandonedTransaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service's Kafka Streams clients. A thread that ends after an outage of the brokers or a pause
 * is replaced; any other fault ends the service.
 */
final class StreamClients {

  private static final Logger LOG = LoggerFactory.getLogger(StreamClients.class);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(20);

  private final SelfReport report;
  private final LongAdder threadsReplaced;
  private final CompletableFuture<Optional<Throwable>> ended;
  private final String instance;
  private final List<KafkaStreams> clients = new ArrayList<>();
  private volatile GroupMembershipOperation atClose = GroupMembershipOperation.REMAIN_IN_GROUP;

  /**
   * @param threadsReplaced counts replaced threads
   * @param ended completed once a client has ended, with the fault that ended it
   * @param instance name in the groups, which is the same after a restart
   */
  StreamClients(
      SelfReport report,
      LongAdder threadsReplaced,
      CompletableFuture<Optional<Throwable>> ended,
      String instance) {
    this.instance = instance;
    this.report = report;
    this.threadsReplaced = threadsReplaced;
    this.ended = ended;
  }

  /**
   * Makes a client, which {@link #start} starts and the caller closes with {@link #close}.
   *
   * @param whenRunning runs each time that the client's state becomes RUNNING
   */
  KafkaStreams add(
      Topology graph,
      Map<String, Object> settings,
      KafkaClientSupplier suppliers,
      Runnable whenRunning) {
    Properties properties = new Properties();
    // A static member: who starts again has the partitions at once, and not after the session.
    properties.put(StreamsConfig.mainConsumerPrefix(GROUP_INSTANCE_ID_CONFIG), instance);
    properties.putAll(settings);
    KafkaStreams streams = new KafkaStreams(graph, properties, suppliers);
    clients.add(streams);
    streams.setUncaughtExceptionHandler(this::handle);
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
    return streams;
  }

  /**
   * Makes a client that works beside the one that cleans.
   *
   * @param otherwise consequence while the client does not run, for the report
   */
  KafkaStreams addBeside(Topology graph, Map<String, Object> settings, String otherwise) {
    KafkaStreams streams = add(graph, settings, RestingConsumer.clients(), () -> {});
    String group = settings.get(StreamsConfig.APPLICATION_ID_CONFIG).toString();
    report.obstacleFrom(
        () ->
            Optional.of(streams.state())
                .filter(state -> state != KafkaStreams.State.RUNNING)
                .map(is -> Obstacle.known("NOT_RUNNING", "{0}: {1} is {2}", otherwise, group, is)));
    return streams;
  }

  private StreamThreadExceptionResponse handle(Throwable thrown) {
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
  }

  void start() {
    clients.forEach(KafkaStreams::start);
  }

  /** Transactional ids of all threads, with blanks between. */
  String transactionalIds() {
    return clients.stream()
        .flatMap(each -> each.metadataForLocalThreads().stream())
        .map(thread -> AbandonedTransaction.transactionalId(thread.consumerClientId()))
        .collect(Collectors.joining(" "));
  }

  /** Makes {@link #close} give the partitions away: otherwise they wait for a restart. */
  void leaveAtClose() {
    atClose = GroupMembershipOperation.LEAVE_GROUP;
  }

  void close(KafkaStreams streams) {
    streams.close(CloseOptions.timeout(STOP_WITHIN).withGroupMembershipOperation(atClose));
  }
}
