package peers;

import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * What a good engineer would write with Flink: KafkaSource, one map, exactly-once KafkaSink, in one
 * JVM. What {@link CleanPair} cannot decode has no picture; nothing else is checked.
 */
public final class FlinkPeer {

  private static final String LARGEST_RECORD = String.valueOf(9 << 20);

  private FlinkPeer() {}

  /**
   * Arguments: servers, raw topic, output topic, group, slots, milliseconds between checkpoints,
   * which end the sink's transactions.
   */
  public static void main(String[] arguments) throws Exception {
    String servers = arguments[0];
    String group = arguments[3];
    int slots = Integer.parseInt(arguments[4]);
    StreamExecutionEnvironment flink =
        StreamExecutionEnvironment.createLocalEnvironment(slots, configuration(slots));
    flink.enableCheckpointing(Long.parseLong(arguments[5]), CheckpointingMode.EXACTLY_ONCE);
    KafkaSource<byte[]> source =
        KafkaSource.<byte[]>builder()
            .setBootstrapServers(servers)
            .setTopics(arguments[1])
            .setGroupId(group)
            .setProperty("max.partition.fetch.bytes", LARGEST_RECORD)
            .setProperty("max.poll.records", "64") // of some 160 kB; two such batches wait for the map
            .setProperty("receive.buffer.bytes", "1048576")
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setValueOnlyDeserializer(new Bytes())
            .build();
    Properties producer = new Properties();
    producer.setProperty("transaction.timeout.ms", "900000");
    producer.setProperty("linger.ms", "20");
    producer.setProperty("batch.size", "1048576");
    producer.setProperty("max.request.size", LARGEST_RECORD);
    KafkaSink<byte[]> sink =
        KafkaSink.<byte[]>builder()
            .setBootstrapServers(servers)
            .setKafkaProducerConfig(producer)
            .setRecordSerializer(
                KafkaRecordSerializationSchema.<byte[]>builder()
                    .setTopic(arguments[2])
                    .setValueSerializationSchema(new Bytes())
                    .build())
            .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
            .setTransactionalIdPrefix(group)
            .build();
    flink
        .fromSource(source, WatermarkStrategy.noWatermarks(), "raw")
        .map(new CleanPair())
        .sinkTo(sink);
    flink.execute("peer");
  }

  private static Configuration configuration(int slots) {
    return Configuration.fromMap(
        Map.of(
            "taskmanager.numberOfTaskSlots", String.valueOf(slots),
            "pipeline.object-reuse", "true",
            "rest.port", "0",
            // It stands still while it is others' turn.
            "heartbeat.timeout", "3600000",
            "execution.checkpointing.timeout", "3600000",
            "execution.checkpointing.tolerable-failed-checkpoints", "1000"));
  }

  /** Records as they are. */
  private static final class Bytes
      implements DeserializationSchema<byte[]>, SerializationSchema<byte[]> {

    private static final long serialVersionUID = 1;

    @Override
    public void open(DeserializationSchema.InitializationContext context) {}

    @Override
    public void open(SerializationSchema.InitializationContext context) {}

    @Override
    public byte[] serialize(byte[] output) {
      return output;
    }

    @Override
    public byte[] deserialize(byte[] record) {
      return record;
    }

    @Override
    public boolean isEndOfStream(byte[] record) {
      return false;
    }

    @Override
    public TypeInformation<byte[]> getProducedType() {
      return PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;
    }
  }
}
