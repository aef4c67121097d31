package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.plan.SubmittedPair;
import io.pairstream.preprocess.topology.Tracked.Identity;
import io.pairstream.preprocess.topology.Tracked.ReceivedPair;
import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.FieldRule;
import io.pairstream.schemas.LabelRule;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.OneLine;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.StrictUtf8;
import io.pairstream.schemas.wire.WireFormat;
import io.pairstream.schemas.wire.WriterSchemas;
import io.pairstream.service.rejection.CaptionedRecords;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Decodes a raw record and notes where it came from.
 *
 * <p>The outgoing key is the pair id, or the coordinates where there is none. Rejects: {@code
 * RECORD_TOO_LARGE}, {@code UNREADABLE_RECORD}, {@code UNKNOWN_SCHEMA}, {@code SCHEMA_MISMATCH}.
 */
final class ReadRawPair
    extends ContextualProcessor<byte[], byte[], String, Tracked<Outcome<ReceivedPair>>> {

  /** Latest time that most languages can hold as a date. */
  private static final Instant LAST_TIME = Instant.parse("9999-12-31T23:59:59Z");

  private final PairTopics topics;
  private final WriterSchemas schemas;
  private final CaptionedRecords<RawPair> pairs;
  private final boolean isRepartitioned;

  /** Image of the last pair: several captions of one image mostly come one after another. */
  private EncodedImage lastImage = new EncodedImage(new byte[0]);

  private String lastImageDigest = PairIdentity.imageDigest(ByteBuffer.allocate(0));

  /**
   * @param schemas known schemas of raw pairs
   * @param isRepartitioned whether the records come from the repartition topic, with their
   *     coordinates in our header, or straight from a raw topic, where no header of ours is trusted
   *     but {@link io.pairstream.schemas.wire.Replay}
   */
  ReadRawPair(PairTopics topics, WriterSchemas schemas, boolean isRepartitioned) {
    this.topics = topics;
    this.schemas = schemas;
    this.pairs = new CaptionedRecords<>(topics.crowdsourced(), schemas, RawPair::getCaption);
    this.isRepartitioned = isRepartitioned;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    Instant arrivedAt = Instant.ofEpochMilli(record.timestamp());
    RawRecord raw =
        isRepartitioned
            ? Placement.fromRepartition(record.headers(), record.value(), arrivedAt)
            : arrived(record, arrivedAt);
    Tracked<Outcome<ReceivedPair>> read = read(raw);
    String key =
        read.identity().isKnown() ? read.identity().pairId() : OriginHeader.text(raw.origin());
    RecordHeaders headers = new RecordHeaders();
    OriginHeader.write(headers, raw.origin());
    context().forward(record.withKey(key).withValue(read).withHeaders(headers));
  }

  private RawRecord arrived(Record<byte[], byte[]> record, Instant arrivedAt) {
    RecordMetadata metadata = context().recordMetadata().orElseThrow();
    return new RawRecord(
        record.key(),
        record.value(),
        record.headers(),
        new Origin(metadata.topic(), metadata.partition(), metadata.offset()),
        arrivedAt);
  }

  /** The pair that a raw record holds. */
  Tracked<Outcome<ReceivedPair>> read(RawRecord raw) {
    if (raw.size() > RecordSizes.MAX_RAW_RECORD) {
      // A compressed batch passes the broker's limit and unpacks to more than a sink may carry.
      return unreadable(
          raw,
          Outcome.rejected(
              RejectReason.RECORD_TOO_LARGE,
              "the record unpacks to more than a raw record may have; its bytes are not kept here",
              Measured.atMost("record_bytes", raw.size(), RecordSizes.MAX_RAW_RECORD, "bytes")));
    }
    return pairs
        .read(raw.value(), schemas::decide)
        .map(
            read ->
                read.fold(
                    pair -> received(raw, pair.record(), pair.caption()),
                    rejection -> unreadable(raw, Outcome.rejected(rejection))))
        // Such a record waits at the consumer. It comes here only where the answer was lost
        // meanwhile; the thread joins again from its last commit, as in CrashGuard.
        .orElseThrow(
            () ->
                new TaskMigratedException(
                    "the registry cannot say what schema "
                        + WireFormat.schemaId(raw.value()).getAsInt()
                        + " is",
                    null));
  }

  private Tracked<Outcome<ReceivedPair>> received(RawRecord raw, RawPair pair, ByteBuffer caption) {
    Optional<PreparedPair> shown = shown(raw, pair);
    EncodedImage image = new EncodedImage(bytes(pair.getImage()));
    if (!image.equals(lastImage)) {
      lastImage = image;
      lastImageDigest = PairIdentity.imageDigest(pair.getImage());
    }
    String imageDigest = shown.map(PreparedPair::getImageDigest).orElse(lastImageDigest);
    PairMetadata metadata = pair.getMetadata();
    Identity identity =
        new Identity(
            PairIdentity.pairId(imageDigest, caption),
            imageDigest,
            "",
            isField(metadata.getProducer()) ? metadata.getProducer() : "",
            SourceKind.isNamed(metadata.getSourceKind()) ? Canaries.source(metadata) : "",
            isTime(metadata.getReceivedAt()) ? metadata.getReceivedAt() : raw.arrivedAt(),
            Optional.empty());
    return new Tracked<>(
        raw,
        identity,
        Outcome.kept(
            new ReceivedPair(pair, submitted(raw, pair, lastImage, caption), shown.orElse(null))));
  }

  /** The published pair whose picture a model wrote a caption of; only our own topic may say so. */
  private Optional<PreparedPair> shown(RawRecord raw, RawPair pair) {
    return raw.origin().getTopic().equals(topics.generated().name())
        ? TopicNodes.decoded(topics.training(), bytes(pair.getPrepared()), "a published pair")
        : Optional.empty();
  }

  /**
   * Input of the cleaning steps. A record with a pair id is rejected at the gate at the earliest,
   * in its image's task, which keeps the receipts; so what is wrong with it here is only noted.
   */
  private static Outcome<SubmittedPair> submitted(
      RawRecord raw, RawPair pair, EncodedImage image, ByteBuffer caption) {
    if (!StrictUtf8.isUtf8(caption)) {
      return Outcome.rejected(
          RejectReason.CAPTION_NOT_UTF8,
          "the caption's bytes are not UTF-8; as far as they can be read: "
              + OneLine.of(pair.getCaption()));
    }
    return checkFields(pair.getMetadata())
        .map(
            checked ->
                new SubmittedPair(
                    image,
                    new ReceivedCaption(pair.getCaption(), pair.getLanguage(), fileName(pair)),
                    pair.getAnnotations(),
                    raw.waived()));
  }

  /** Producer's name of the image's file, or the address that it came from. */
  private static String fileName(RawPair pair) {
    return pair.getAnnotations().getOrDefault("file_name", pair.getMetadata().getUrl());
  }

  private static Tracked<Outcome<ReceivedPair>> unreadable(
      RawRecord raw, Outcome<ReceivedPair> rejected) {
    return new Tracked<>(raw, Identity.unknown(raw), rejected);
  }

  /**
   * The buffer's own array where the array is exactly the content, which is how Avro reads it; else
   * a copy.
   */
  private static byte[] bytes(ByteBuffer buffer) {
    if (buffer.hasArray()
        && buffer.arrayOffset() == 0
        && buffer.position() == 0
        && buffer.remaining() == buffer.array().length) {
      return buffer.array();
    }
    return Utils.toArray(buffer);
  }

  /**
   * Checks the fields besides image and caption, which an output carries on unchanged. Rejects
   * {@code FIELD_INVALID}.
   */
  private static Outcome<PairMetadata> checkFields(PairMetadata pair) {
    if (!SourceKind.isNamed(pair.getSourceKind())) {
      return Outcome.rejected(
          RejectReason.FIELD_INVALID,
          "the field source_kind is '%s', not one of %s"
              .formatted(OneLine.of(pair.getSourceKind()), Arrays.toString(SourceKind.values())));
    }
    for (Schema.Field field : pair.getSchema().getFields()) {
      if (!(pair.get(field.pos()) instanceof String text)) {
        continue;
      }
      int bytes = FieldRule.utf8Bytes(text);
      if (bytes > FieldRule.MAX_BYTES) {
        return Outcome.rejected(
            RejectReason.FIELD_INVALID,
            "the field " + field.name() + " is too long",
            Measured.atMost("field_bytes", bytes, FieldRule.MAX_BYTES, "bytes"));
      }
      if (!FieldRule.isPlain(text)) {
        return Outcome.rejected(
            RejectReason.FIELD_INVALID,
            "the field " + field.name() + " holds control characters, or bytes that are not UTF-8");
      }
    }
    Optional<String> labelsFault = LabelRule.fault(LabelRule.cleaned(pair.getLabels()));
    if (labelsFault.isPresent()) {
      return Outcome.rejected(RejectReason.FIELD_INVALID, labelsFault.get());
    }
    if (!isTime(pair.getReceivedAt())) {
      return Outcome.rejected(
          RejectReason.FIELD_INVALID, "the field received_at lies outside the years 1970 to 9999");
    }
    return Outcome.kept(pair);
  }

  private static boolean isField(String text) {
    return FieldRule.utf8Bytes(text) <= FieldRule.MAX_BYTES && FieldRule.isPlain(text);
  }

  /** Whether readers in any language can hold the time. */
  private static boolean isTime(Instant time) {
    return !time.isBefore(Instant.EPOCH) && !time.isAfter(LAST_TIME);
  }
}
