package io.pairstream.ingest.batches;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.ingest.pairs.PairJson;
import io.pairstream.ingest.status.ReportedStatus;
import io.pairstream.ingest.status.StatusReport;
import io.pairstream.ingest.status.StatusView;
import io.pairstream.schemas.BatchInput;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.service.http.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Utils;

/**
 * What failed of a batch, as a batch that can be sent again: each line has the pair or link as it
 * was sent, as long as Kafka keeps it, and under {@code failed} what was wrong with it, which is
 * passed over when it comes in. An input that was refused was never kept: its line has {@code
 * failed} alone, with the place where it stood. So has one that came again in another way since,
 * for the record that is known then may be another producer's.
 */
final class FailedInputs {

  private final StatusView pairs;
  private final PairTopics topics;
  private final Map<String, ?> kafkaSettings;

  FailedInputs(StatusView pairs, PairTopics topics, Map<String, ?> kafkaSettings) {
    this.pairs = pairs;
    this.topics = topics;
    this.kafkaSettings = kafkaSettings;
  }

  /** Those inputs of a part that failed, as far as it is known now. */
  List<BatchInput> of(List<BatchInput> inputs) {
    return inputs.stream()
        .filter(input -> input.getId().isEmpty() || status(input).isPresent())
        .toList();
  }

  /**
   * Writes one line for each.
   *
   * @param batchId the batch with which they came
   * @throws IOException where the client is gone, or Kafka does not answer
   */
  void write(String batchId, List<BatchInput> failed, OutputStream out) throws IOException {
    try (SentRecords records = new SentRecords(kafkaSettings)) {
      for (BatchInput input : failed) {
        out.write(Json.bytes(line(batchId, input, records)));
        out.write('\n');
      }
    }
  }

  private ObjectNode line(String batchId, BatchInput input, SentRecords records)
      throws IOException {
    ObjectNode line = Json.MAPPER.createObjectNode();
    ObjectNode failed =
        line.putObject(PairJson.FAILED).put("line", input.getLine()).put("id", input.getId());
    Optional<StatusReport> known = status(input);
    if (known.isEmpty()) {
      failed.put("type", input.getProblem()).put("detail", input.getDetail());
      return line;
    }
    StatusReport status = known.get();
    failed
        .put("standing", status.stand().name())
        .put("reason", status.reason())
        .put("says", status.says())
        .put("measured", status.measured())
        .put("limit", status.limit())
        .put("remedy", status.remedy());
    // What quarantine may not keep is not handed out either.
    boolean mayBeKept =
        RejectReason.named(status.reason()).map(RejectReason::keepsOriginal).orElse(true);
    if (status.batchId().equals(batchId) && mayBeKept && status.origin().getOffset() >= 0) {
      Topic<String, ? extends SpecificRecord> topic =
          status.origin().getTopic().equals(topics.links().name())
              ? topics.links()
              : topics.crowdsourced();
      records.value(status.origin()).ifPresent(value -> content(topic, value, line));
    }
    return line;
  }

  private Optional<StatusReport> status(BatchInput input) {
    return input.getId().isEmpty()
        ? Optional.empty()
        : pairs
            .find(input.getId())
            .filter(
                s ->
                    s.stand() == ReportedStatus.QUARANTINED
                        || s.stand() == ReportedStatus.FETCH_FAILED);
  }

  /** The record's fields, which have the names of the form's. */
  private static void content(
      Topic<String, ? extends SpecificRecord> topic, byte[] value, ObjectNode line) {
    try {
      SpecificRecord sent = topic.value().deserializer().deserialize(topic.name(), value);
      for (Schema.Field field : sent.getSchema().getFields()) {
        Object found = sent.get(field.pos());
        if (found instanceof ByteBuffer bytes) {
          line.put(field.name(), Utils.toArray(bytes));
        } else if (found instanceof Map) {
          line.set(field.name(), Json.MAPPER.valueToTree(found));
        } else if (found instanceof CharSequence && !found.toString().isEmpty()) {
          line.put(field.name(), found.toString());
        }
      }
    } catch (SerializationException e) {
      // What cannot be read cannot be sent again from here; the line says which input it was.
    }
  }
}
