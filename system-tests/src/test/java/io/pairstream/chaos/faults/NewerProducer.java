package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.NewerSchemas;
import io.pairstream.chaos.load.SentPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.Registry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/**
 * Sends pairs as a producer of a release to come does, whose records have one more field.
 *
 * <p>Promised: a field that this release does not know changes nothing.
 */
final class NewerProducer extends ClusterFault {

  private static final int PAIRS = 20;

  private final Optional<OwnRecords> records;

  NewerProducer(
      String kind, Optional<OwnRecords> records, ChaosCluster cluster, SplittableRandom random) {
    super(kind, Duration.ofSeconds(1), cluster, random);
    this.records = records;
  }

  @Override
  public Optional<String> impossible() {
    return records.isPresent() ? Optional.empty() : Optional.of("there is no load to send from");
  }

  @Override
  public void inject() throws InterruptedException, IOException {
    hits(PAIRS + " pairs");
    cluster.registerNewerSchemas();
    Registry registry = cluster.access().registry();
    Schema schema = NewerSchemas.of(RawPair.SCHEMA$);
    try (OwnSender sender = new OwnSender(cluster, records.orElseThrow())) {
      for (int i = 0; i < PAIRS; i++) {
        SentPair pair = records.orElseThrow().take();
        String subject = ChaosCluster.DATASET.topic(pair.topic()) + "-value";
        sender.send(
            pair, value(pair.pair(), schema, registry.idOf(subject, schema)), Optional.empty());
      }
    }
  }

  private static byte[] value(RawPair pair, Schema schema, int id) throws IOException {
    GenericRecord newer = new GenericData.Record(schema);
    for (Schema.Field field : RawPair.SCHEMA$.getFields()) {
      newer.put(field.name(), pair.get(field.pos()));
    }
    newer.put("received_at", pair.getReceivedAt().toEpochMilli());
    newer.put(NewerSchemas.FIELD, "serene");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(schema).write(newer, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  @Override
  public void heal() {
    // What was sent stays.
  }
}
