package io.pairstream.operate.catalogue;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import io.pairstream.cleaning.Measured;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.operate.catalogue.CatalogueFold.Place;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.LabelRule;
import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.http.Json;
import io.pairstream.service.rejection.Measurements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Outcome of one raw record: a record on training, validation, test or quarantine, without its
 * bytes. Captions, names and addresses are as their producers wrote them: hostile text.
 *
 * @param pairId empty where the raw record could not be read
 * @param status TRAINING, VALIDATION, TEST or QUARANTINED
 * @param step which node rejected it; empty where none did, as are {@code reason} and {@code
 *     detail}
 * @param measured what the rejection rests on
 * @param copyOf image digest of the published picture that it nearly copies; empty where it copies
 *     none
 * @param caption the caption's beginning: at most 1,000 characters; cleaned where the pair was kept
 * @param producer whose API key it was sent with; empty where none was
 * @param url the address's beginning: at most 2,000 characters
 * @param labels at most 64, each cut to 500 characters; cleaned
 * @param origin coordinates of the raw record
 * @param receivedAt when an output took it; 1970 where it is unknown
 * @param place where the record lies
 * @param hasPicture whether the record holds an image, or the published pair whose caption it is
 */
public record PairRow(
    String pairId,
    String imageDigest,
    String status,
    String step,
    String reason,
    String detail,
    Measured measured,
    String copyOf,
    String caption,
    String language,
    String sourceKind,
    String contributor,
    String producer,
    String url,
    String licence,
    List<String> labels,
    String recipeVersion,
    @JsonIncludeProperties({"topic", "partition", "offset"}) Origin origin,
    Instant receivedAt,
    Place place,
    boolean hasPicture) {

  private static final String WAITING = "RECEIVED";
  private static final int LONGEST_CAPTION = 1_000;
  private static final int LONGEST_TEXT = 2_000;
  private static final String OTHER_KIND = "UNKNOWN";
  static final int LONGEST_NAME = 500;

  static PairRow of(String pairId, IndexedPair pair, Place place) {
    return new PairRow(
        pairId,
        pair.getImageDigest(),
        pair.getSplit(),
        "",
        "",
        "",
        Measured.NONE,
        "",
        cut(pair.getCaption(), LONGEST_CAPTION),
        cut(pair.getLanguage(), LONGEST_NAME),
        cut(pair.getMetadata().getSourceKind(), LONGEST_NAME),
        cut(pair.getMetadata().getContributor(), LONGEST_NAME),
        cut(pair.getMetadata().getProducer(), LONGEST_NAME),
        cut(pair.getMetadata().getUrl(), LONGEST_TEXT),
        cut(pair.getMetadata().getLicence(), LONGEST_NAME),
        cut(pair.getMetadata().getLabels()),
        pair.getRecipeVersion(),
        pair.getOrigin(),
        pair.getMetadata().getReceivedAt(),
        place,
        true);
  }

  /** Maps unknown kinds to one name, since each kind has a column on the board of quarantine. */
  private static String known(String sourceKind) {
    return sourceKind.isEmpty() || SourceKind.isNamed(sourceKind) ? sourceKind : OTHER_KIND;
  }

  static PairRow of(QuarantinedPair pair, RawPair sent, Place place) {
    return of(pair, PairStatus.QUARANTINED.name(), sent, place);
  }

  private static PairRow of(QuarantinedPair pair, String status, RawPair sent, Place place) {
    return new PairRow(
        pair.getPairId(),
        pair.getImageDigest(),
        status,
        pair.getStep(),
        pair.getReason(),
        cut(pair.getDetail(), LONGEST_TEXT),
        Measurements.read(pair.getMeasured()).withTexts(text -> cut(text, LONGEST_NAME)),
        cut(pair.getCopyOf(), LONGEST_NAME),
        cut(sent.getCaption(), LONGEST_CAPTION),
        cut(sent.getLanguage(), LONGEST_NAME),
        known(sent.getMetadata().getSourceKind()),
        cut(sent.getMetadata().getContributor(), LONGEST_NAME),
        cut(pair.getProducer(), LONGEST_NAME),
        cut(sent.getMetadata().getUrl(), LONGEST_TEXT),
        cut(sent.getMetadata().getLicence(), LONGEST_NAME),
        cut(sent.getMetadata().getLabels()),
        pair.getRecipeVersion(),
        pair.getOrigin(),
        sent.getMetadata().getReceivedAt(),
        place,
        sent.getImage().hasRemaining() || sent.getPrepared().hasRemaining());
  }

  /**
   * Row of a pair whose record is gone, or not read yet.
   *
   * @param status where it is
   */
  public static PairRow of(String pairId, String status, Receipt receipt) {
    QuarantinedPair pair =
        QuarantinedPair.newBuilder()
            .setPairId(pairId)
            .setImageDigest(receipt.getImageDigest())
            .setReason(receipt.getReason())
            .setDetail(receipt.getDetail())
            .setProducer(receipt.getProducer())
            .setOrigin(receipt.getOrigin())
            .build();
    RawPair sent =
        RawPair.newBuilder()
            .setMetadata(
                PairMetadata.newBuilder()
                    .setSourceKind("")
                    .setReceivedAt(receipt.getReceivedAt())
                    .build())
            .build();
    return of(pair, status, sent, new Place("", 0, 0, receipt.getDecidedAt()));
  }

  /** Row of a raw record that nothing has judged yet. */
  public static PairRow waiting(RawPair raw, String pairId, String imageDigest, Origin at) {
    QuarantinedPair pair =
        QuarantinedPair.newBuilder()
            .setPairId(pairId)
            .setImageDigest(imageDigest)
            .setProducer(raw.getMetadata().getProducer())
            .setOrigin(at)
            .build();
    Place place =
        new Place(
            at.getTopic(), at.getPartition(), at.getOffset(), raw.getMetadata().getReceivedAt());
    return of(pair, WAITING, raw, place);
  }

  /** Columns of the table of pairs behind its id, in the order of {@link #columns}. */
  static final String COLUMNS =
      "pair_id, image_digest, status TEXT, reason TEXT, source_kind TEXT, contributor TEXT,"
          + " producer TEXT, copy_of, raw_topic TEXT, raw_partition INTEGER, raw_offset INTEGER,"
          + " partition INTEGER, offset INTEGER, has_picture INTEGER, received_at INTEGER,"
          + " step TEXT, detail TEXT, measured TEXT, caption TEXT, language TEXT,"
          + " url TEXT, licence TEXT, labels TEXT, recipe_version, host TEXT";

  /** Values of {@link #COLUMNS}. */
  Object[] columns() {
    String host = LinkHost.named(url);
    return new Object[] {
      HexBytes.of(pairId),
      HexBytes.of(imageDigest),
      status,
      reason,
      sourceKind,
      contributor,
      producer,
      copyOf.isEmpty() ? null : HexBytes.of(copyOf),
      origin.getTopic(),
      origin.getPartition(),
      origin.getOffset(),
      place.partition(),
      place.offset(),
      hasPicture,
      receivedAt.toEpochMilli(),
      step,
      detail,
      measured.equals(Measured.NONE) ? null : new String(Json.bytes(measured), UTF_8),
      caption,
      language,
      url,
      licence,
      labels.isEmpty() ? null : AnswerJson.text(labels),
      HexBytes.of(recipeVersion),
      host.isEmpty() ? null : host
    };
  }

  /** Reads {@link #COLUMNS}, the row's {@code id} and the name of its {@code topic}. */
  static PairRow read(ResultSet row) throws SQLException {
    return new PairRow(
        HexBytes.text(row, "pair_id"),
        HexBytes.text(row, "image_digest"),
        row.getString("status"),
        row.getString("step"),
        row.getString("reason"),
        row.getString("detail"),
        Optional.ofNullable(row.getString("measured"))
            .map(text -> AnswerJson.read(text, Measured.class))
            .orElse(Measured.NONE),
        HexBytes.text(row, "copy_of"),
        row.getString("caption"),
        row.getString("language"),
        row.getString("source_kind"),
        row.getString("contributor"),
        row.getString("producer"),
        row.getString("url"),
        row.getString("licence"),
        Optional.ofNullable(row.getString("labels"))
            .map(text -> List.of(AnswerJson.read(text, String[].class)))
            .orElse(List.of()),
        HexBytes.text(row, "recipe_version"),
        new Origin(
            row.getString("raw_topic"), row.getInt("raw_partition"), row.getLong("raw_offset")),
        Instant.ofEpochMilli(row.getLong("received_at")),
        new Place(
            row.getString("topic"),
            row.getInt("partition"),
            row.getLong("offset"),
            PairIndex.at(row.getLong("id"))),
        row.getBoolean("has_picture"));
  }

  /** Whether nothing has judged it yet. */
  @JsonIgnore
  public boolean isWaiting() {
    return status.equals(WAITING);
  }

  /** Whether it stands in a split. */
  @JsonIgnore
  public boolean isPublished() {
    return PairStatus.published(status).isPresent();
  }

  /** Whether the pair was rejected. */
  @JsonIgnore
  public boolean isQuarantined() {
    return status.equals(PairStatus.QUARANTINED.name());
  }

  /** {@code topic-partition-offset} of the raw record. */
  public String coordinates() {
    return OriginHeader.text(origin);
  }

  /** Key of the record on its own topic: the pair id, or the coordinates. */
  public String key() {
    return pairId.isEmpty() ? coordinates() : pairId;
  }

  /** Keys of the takedowns that it falls under. */
  public List<String> takedowns() {
    return TakedownKind.keysOf(
        pairId,
        imageDigest,
        PairMetadata.newBuilder()
            .setContributor(contributor)
            .setProducer(producer)
            .setSourceKind(sourceKind)
            .setUrl(url)
            .build());
  }

  /** A raw record that was rejected may have any number of labels, of any length. */
  private static List<String> cut(List<String> labels) {
    return LabelRule.cleaned(labels).stream()
        .limit(LabelRule.MAX_LABELS)
        .map(label -> cut(label, LONGEST_NAME))
        .toList();
  }

  static String cut(String text, int characters) {
    if (text.length() <= characters) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(characters - 1)) ? characters - 1 : characters;
    return text.substring(0, end);
  }
}
