package io.pairstream.preprocess.world;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.schemas.wire.WriterSchemas;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.consumer.Consumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdmittingClientsTest {

  private final Registry registry = new Registry("mock://" + UUID.randomUUID(), Map.of());
  @AutoClose private WriterSchemas schemas;
  @AutoClose private AdmittingClients clients;

  @BeforeEach
  void open() {
    Topic<RawPair> raw = new AvroSerdes(registry).topic(RawPair.class, "pairs.crowdsourced");
    registry.register(raw.subject(), raw.schema());
    schemas = new WriterSchemas(raw);
    clients = new AdmittingClients(new Admission(schemas, List.of()));
  }

  @Test
  void waitsForAnAddressUntilItIsClosed() {
    CompletableFuture<Consumer<byte[], byte[]>> made =
        CompletableFuture.supplyAsync(
            () -> clients.getConsumer(Map.of("bootstrap.servers", "gone.invalid:9092")));

    clients.close();

    assertThatThrownBy(made::join)
        .isInstanceOf(CompletionException.class)
        .rootCause()
        .hasMessageContaining("No resolvable bootstrap urls");
  }
}
