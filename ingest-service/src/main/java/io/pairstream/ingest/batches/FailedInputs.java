package io.pairstream.ingest.batches;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.ingest.pairs.PairJson;
import io.pairstream.ingest.status.ReportedStatus;
import io.pairstream.ingest.status.StatusReport;
import io.pairstream.ingest.status.StatusView;
import io.pairstream.schemas.BatchInput;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.service.http.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    List<BatchInput> failed = new ArrayList<>();
    for (BatchInput input : inputs) {
      if (input.getId().isEmpty() || status(input).isPresent()) {
        failed.add(input);
      }
    }
    return failed;
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
        ObjectNode line = line(batchId, input, records);
        out.write(Json.bytes(line));
        out.write('\n');
      }
    }
  }

  private ObjectNode line(String batchId, BatchInput input, SentRecords records)
      throws IOException {
    ObjectNode line = Json.MAPPER.createObjectNode();
    ObjectNode failed =
        line.putObject(PairJson.FAILED).put("line", input.getLine()).put("id", input.getId());
    Optional<StatusReport> status = status(input);
    if (status.isEmpty()) {
      failed.put("type", input.getProblem()).put("detail", input.getDetail());
      return line;
    }
    failed
        .put("standing", status.get().stand().name())
        .put("reason", status.get().reason())
        .put("says", status.get().says())
        .put("measured", status.get().measured())
        .put("limit", status.get().limit())
        .put("remedy", status.get().remedy());
    if (status.get().batchId().equals(batchId)
        && mayBeKept(status.get().reason())
        && status.get().origin().getOffset() >= 0) {
      records.value(status.get().origin()).ifPresent(value -> content(status.get(), value, line));
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

  private void content(StatusReport status, byte[] value, ObjectNode line) {
    try {
      if (status.origin().getTopic().equals(topics.links().name())) {
        link(topics.links().value().deserializer().deserialize(topics.links().name(), value), line);
      } else {
        pair(
            topics
                .crowdsourced()
                .value()
                .deserializer()
                .deserialize(topics.crowdsourced().name(), value),
            line);
      }
    } catch (SerializationException e) {
      // What cannot be read cannot be sent again from here; the line says which input it was.
    }
  }

  private static void pair(RawPair pair, ObjectNode line) {
    byte[] image = Utils.toArray(pair.getImage());
    line.put("image", image);
    text(line, "caption", pair.getCaption());
    text(line, "language", pair.getLanguage());
    text(line, "source_kind", pair.getSourceKind());
    text(line, "contributor", pair.getContributor());
    text(line, "url", pair.getUrl());
    text(line, "licence", pair.getLicence());
    text(line, "media_type", pair.getMediaType());
    line.set("annotations", Json.MAPPER.valueToTree(pair.getAnnotations()));
  }

  private static void link(PairLink link, ObjectNode line) {
    text(line, "url", link.getUrl());
    text(line, "caption", link.getCaption());
    text(line, "language", link.getLanguage());
    text(line, "source_kind", link.getSourceKind());
    text(line, "contributor", link.getContributor());
    text(line, "licence", link.getLicence());
    text(line, "expected_digest", link.getExpectedDigest());
    line.set("annotations", Json.MAPPER.valueToTree(link.getAnnotations()));
  }

  private static void text(ObjectNode line, String field, String value) {
    if (!value.isEmpty()) {
      line.put(field, value);
    }
  }

  /** What quarantine may not keep is not handed out either. */
  private static boolean mayBeKept(String reason) {
    return RejectReason.named(reason).map(RejectReason::keepsOriginal).orElse(true);
  }
}
