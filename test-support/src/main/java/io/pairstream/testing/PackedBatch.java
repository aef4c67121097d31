package io.pairstream.testing;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;

/**
 * One batch of equal records, packed: a few kB on the wire and far more than memory when unpacked.
 * Kafka's own producer makes a batch of each record that is larger than its {@code batch.size}.
 */
public record PackedBatch(MemoryRecords records) {

  /** The last version whose requests name topics, not their ids. */
  private static final short VERSION = 12;

  private static final short ALL_REPLICAS = -1;
  private static final int TIMEOUT_MS = 120_000;

  /** Packs so many records of one value, without keys. */
  public static PackedBatch of(int count, byte[] value, Compression compression) {
    MemoryRecordsBuilder builder =
        MemoryRecords.builder(
            ByteBuffer.allocate(1024 * 1024), compression, TimestampType.CREATE_TIME, 0L);
    for (int i = 0; i < count; i++) {
      builder.append(i, null, value);
    }
    return new PackedBatch(builder.build());
  }

  /** Bytes on the wire. */
  public int size() {
    return records.sizeInBytes();
  }

  /**
   * Sends it to the broker that leads a partition, and returns its answer.
   *
   * @param bootstrapServers of a cluster of one broker
   * @throws IOException where the broker ends the connection without an answer
   */
  public Errors send(String bootstrapServers, TopicPartition to) throws IOException {
    ProduceRequestData data =
        new ProduceRequestData().setAcks(ALL_REPLICAS).setTimeoutMs(TIMEOUT_MS);
    data.topicData()
        .add(
            new TopicProduceData()
                .setName(to.topic())
                .setPartitionData(
                    List.of(
                        new PartitionProduceData().setIndex(to.partition()).setRecords(records))));
    ByteBuffer request =
        new ProduceRequest(data, VERSION)
            .serializeWithHeader(new RequestHeader(ApiKeys.PRODUCE, VERSION, "packed", 1));
    int colon = bootstrapServers.lastIndexOf(':');
    try (Socket broker =
        new Socket(
            bootstrapServers.substring(0, colon),
            Integer.parseInt(bootstrapServers.substring(colon + 1)))) {
      broker.setSoTimeout(TIMEOUT_MS);
      DataOutputStream out = new DataOutputStream(broker.getOutputStream());
      out.writeInt(request.remaining());
      out.write(request.array(), request.arrayOffset() + request.position(), request.remaining());
      out.flush();
      DataInputStream in = new DataInputStream(broker.getInputStream());
      ByteBuffer answer = ByteBuffer.wrap(in.readNBytes(in.readInt()));
      ResponseHeader.parse(answer, ApiKeys.PRODUCE.responseHeaderVersion(VERSION));
      ProduceResponse response = ProduceResponse.parse(new ByteBufferAccessor(answer), VERSION);
      return Errors.forCode(
          response.data().responses().iterator().next().partitionResponses().get(0).errorCode());
    }
  }
}
