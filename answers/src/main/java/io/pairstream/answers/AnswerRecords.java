package io.pairstream.answers;

import io.pairstream.answers.RefusalTable.Due;
import io.pairstream.image.card.ModelCard;
import io.pairstream.image.model.ModelAnswer;
import io.pairstream.image.model.ModelAnswer.Answered;
import io.pairstream.image.model.ModelAnswer.Failed;
import io.pairstream.image.protocol.Failure;
import io.pairstream.schemas.Answer;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Refusal;
import io.pairstream.schemas.RefusalKey;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.service.rejection.Measurements;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** The records that say what models said. */
record AnswerRecords(PairTopics topics) {

  private static final String ANSWERED = "ANSWERED";
  private static final String FAILED = "FAILED";

  /** Numbers of this size and larger are infinite in float16. */
  private static final float FLOAT16_LIMIT = 65_520f;

  /** Bytes of a record of the pair topics besides its value: key, lengths, the batch around it. */
  private static final int OVERHEAD_BYTES = 1024;

  static boolean isFailed(Answer answer) {
    return answer.getStatus().equals(FAILED);
  }

  /** A record of what a model said. */
  static Answer of(ModelCard card, Question question, ModelAnswer said, Instant now) {
    Answer.Builder answer =
        builder(card, now).setShown(question.shown().digest()).setAttempts(question.attempts() + 1);
    if (said instanceof Failed failed) {
      return failed(answer, failed.reason(), failed.detail());
    }
    Answered answered = (Answered) said;
    Map<String, ByteBuffer> vectors = new HashMap<>();
    for (Map.Entry<String, float[]> vector : answered.vectors().entrySet()) {
      for (float number : vector.getValue()) {
        if (!(Math.abs(number) < FLOAT16_LIMIT)) {
          return failed(
              answer, Failure.ODD_ANSWER, vector.getKey() + " has a number beyond float16");
        }
      }
      vectors.put(vector.getKey(), float16(vector.getValue()));
    }
    return answer
        .setStatus(ANSWERED)
        .setNumbers(answered.numbers())
        .setLabels(answered.labels())
        .setVectors(vectors)
        .setTexts(answered.texts())
        .build();
  }

  /** Says of a pair that it has nothing which could be shown to the model; no answer is kept. */
  static Answer notShown(ModelCard card) {
    return failed(
        builder(card, Instant.EPOCH).setAttempts(0),
        Failure.UNREADABLE,
        "the pair has no rendition " + card.rendition());
  }

  private static Answer.Builder builder(ModelCard card, Instant now) {
    return Answer.newBuilder()
        .setModel(card.digest())
        .setCard(card.name())
        .setAnsweredAt(now.truncatedTo(ChronoUnit.MILLIS));
  }

  private static Answer failed(Answer.Builder answer, Failure reason, String detail) {
    return answer.setStatus(FAILED).setReason(reason.name()).setDetail(detail).build();
  }

  ProducerRecord<byte[], byte[]> answer(Answer answer) {
    return topics.answers().record(KnownAnswers.key(answer), answer);
  }

  /**
   * A record of a pair that a text has become.
   *
   * @return empty where it is larger than a raw record may be
   */
  Optional<ProducerRecord<byte[], byte[]>> generated(FurtherCaption further, Answer answer) {
    ProducerRecord<byte[], byte[]> record =
        topics.generated().record(further.imageDigest(), further.with(answer));
    boolean fits = record.value().length <= RecordSizes.MAX_RAW_RECORD - OVERHEAD_BYTES;
    return fits ? Optional.of(record) : Optional.empty();
  }

  /** Removes an answer. */
  ProducerRecord<byte[], byte[]> noAnswer(Answer answer) {
    return topics.answers().record(KnownAnswers.key(answer), null);
  }

  /**
   * A record of what an answer says of a pair, with the coordinates of the pair's own record in the
   * header {@link OriginHeader}.
   */
  ProducerRecord<byte[], byte[]> pair(OpenPair pair, ModelCard card, Answer answer) {
    PairAnswer said =
        PairAnswer.newBuilder()
            .setPairId(pair.id())
            .setCard(card.name())
            .setModel(answer.getModel())
            .setShown(answer.getShown())
            .setStatus(answer.getStatus())
            .setReason(answer.getReason())
            .setNumbers(answer.getNumbers())
            .setLabels(answer.getLabels())
            .setAnsweredAt(answer.getAnsweredAt())
            .build();
    ProducerRecord<byte[], byte[]> record =
        topics.pairAnswers().record(pair.id() + "/" + card.name(), said);
    TopicPartition at = pair.partition().topicPartition();
    OriginHeader.write(record.headers(), new Origin(at.topic(), at.partition(), pair.offset()));
    return record;
  }

  /** Asks that a published pair leaves its split. */
  ProducerRecord<byte[], byte[]> refusal(Due due, PreparedPair pair, Instant now) {
    TopicPartition split = due.place().split();
    Refusal refusal =
        Refusal.newBuilder()
            .setMeasured(Measurements.record(due.measured()))
            .setPublished(new Origin(split.topic(), split.partition(), due.place().offset()))
            .setOrigin(pair.getOrigin())
            .setSent(sent(pair))
            .build();
    Takedown.Builder takedown =
        Takedown.newBuilder()
            .setKind(RefusalKey.KIND)
            .setSubject(pair.getPairId())
            .setImageDigest(pair.getImageDigest())
            .setRequestedBy(due.card())
            .setRequestedAt(now.truncatedTo(ChronoUnit.MILLIS))
            .setRefusal(refusal);
    String key = RefusalKey.of(pair.getPairId());
    ProducerRecord<byte[], byte[]> record = topics.takedowns().record(key, takedown.build());
    if (record.value().length <= RecordSizes.MAX_TAKEDOWN - OVERHEAD_BYTES) {
      return record;
    }
    refusal.setSent(null);
    return topics.takedowns().record(key, takedown.setRefusal(refusal).build());
  }

  private static RawPair sent(PreparedPair pair) {
    return RawPair.newBuilder()
        .setCaption(pair.getCaption())
        .setLanguage(pair.getLanguage())
        .setMetadata(pair.getMetadata())
        .setMediaType(pair.getMediaType())
        .build();
  }

  /** Removes what is said of a pair. */
  ProducerRecord<byte[], byte[]> noPair(String pair, String card) {
    return topics.pairAnswers().record(pair + "/" + card, null);
  }

  /** A vector as float16, little-endian. */
  static ByteBuffer float16(float[] vector) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float number : vector) {
      bytes.putShort(float16(number));
    }
    return bytes.flip();
  }

  /** The nearest float16 of a number below the limit, the even one of two. */
  private static short float16(float number) {
    int bits = Float.floatToRawIntBits(number);
    int sign = bits >>> 16 & 0x8000;
    float size = Math.abs(number);
    if (size < 0x1p-14f) {
      // Multiples of 2^-24; rint takes the even one of two.
      return (short) (sign | (int) Math.rint(size * 0x1p24f));
    }
    int rest = bits & 0x7fffffff;
    // 13 bits of the fraction go; a carry goes on into the exponent, as it must.
    int rounded = rest + 0xfff + (rest >>> 13 & 1);
    return (short) (sign | (rounded - (112 << 23)) >>> 13);
  }
}
