package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.PreparedImage.Picture;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.CleanedPair;
import io.pairstream.cleaning.plan.SplitByImage.Assignment;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenIds;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenTarget;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenizedCaption;
import io.pairstream.preprocess.topology.Tracked.GatedRecord;
import io.pairstream.schemas.Header;
import io.pairstream.schemas.LabelRule;
import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Rendition;
import io.pairstream.schemas.TokenSet;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.Replay;
import io.pairstream.service.rejection.Measurements;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The records that leave the topology, made from what a pair has become. */
record OutputRecords(CleaningPlan plan, String recipeVersion) {

  /** Most bytes of an id in Avro's encoding. */
  private static final int MAX_ID_BYTES = 5;

  /**
   * Bytes for all other fields: three of 8 KiB that the producer fills, labels, names, measures,
   * digests.
   */
  private static final int FIELDS_BYTES = 64 * 1024;

  OutputRecords(CleaningPlan plan) {
    this(plan, plan.version());
  }

  /**
   * Record of a published pair for training, validation or test; the image digest alone decides the
   * split.
   */
  PreparedPair prepared(Tracked<GatedRecord> tracked, CleanedPair cleaned) {
    PreparedImage image = cleaned.image();
    Picture picture = image.picture();
    PreparedPair.Builder prepared =
        PreparedPair.newBuilder()
            .setImage(ByteBuffer.wrap(picture.encoded().bytes()))
            .setImageEncoding(picture.encoding().label())
            .setWidth(picture.widthPx())
            .setHeight(picture.heightPx())
            .setChannels(picture.colour().channels())
            .setColour(picture.colour().label())
            .setRenditions(image.renditions().stream().map(OutputRecords::rendition).toList())
            .setPerceptualHash(HexFormat.of().toHexDigits(image.perceptualHash()))
            .setMirroredHash(HexFormat.of().toHexDigits(image.mirroredHash()))
            .setMeasures(measures(cleaned))
            .setMediaType(cleaned.original().type().mediaType());
    return completed(prepared, tracked, cleaned.caption());
  }

  /**
   * Record of a caption that a model wrote, with the picture as it is published.
   *
   * @param shown the published pair whose picture the model was shown
   */
  PreparedPair generated(
      Tracked<GatedRecord> tracked, PreparedPair shown, TokenizedCaption caption) {
    Map<String, Double> measures = new HashMap<>(shown.getMeasures());
    measures.putAll(measures(caption));
    return completed(PreparedPair.newBuilder(shown).setMeasures(measures), tracked, caption);
  }

  /** Adds all that is not the picture's own. */
  private PreparedPair completed(
      PreparedPair.Builder prepared, Tracked<GatedRecord> tracked, TokenizedCaption caption) {
    RawPair pair = tracked.stage().pair();
    TokenTarget main = plan.tokens().main();
    TokenIds empty = main.empty();
    Assignment assignment =
        plan.split()
            .assign(
                tracked.identity().imageDigest(),
                pair.getMetadata().getContributor(),
                plan.split().isByImage() ? "" : LinkHost.named(pair.getMetadata().getUrl()));
    return prepared
        .setPairId(tracked.identity().pairId())
        .setNormalisation(plan.normalisation().label())
        .setCaption(caption.caption().text())
        .setLanguage(caption.caption().language())
        .setTokenIds(boxed(caption.tokens().ids()))
        .setTokenCount(caption.tokens().count())
        .setTruncated(caption.tokens().truncated())
        .setPadId(main.padId())
        .setTokenizer(main.tokenizer().name())
        .setTokenizerDigest(main.tokenizer().digest())
        .setEmptyTokenIds(boxed(empty.ids()))
        .setEmptyTokenCount(empty.count())
        .setTokenSets(tokenSets(caption.further()))
        .setTexts(caption.caption().texts())
        .setImageDigest(tracked.identity().imageDigest())
        .setSplit(assignment.split().name())
        .setFold(assignment.fold())
        .setPictureGroup("")
        .setMetadata(metadata(pair.getMetadata()))
        .setReviewId(tracked.raw().replay().map(Replay::reviewId).orElse(""))
        .setWaived(tracked.raw().waived().stream().map(RejectReason::name).sorted().toList())
        .setRecipeVersion(recipeVersion)
        .setOrigin(tracked.raw().origin())
        .setPreparedAt(tracked.raw().arrivedAt())
        .build();
  }

  /** The producer's metadata with its labels cleaned. */
  private static PairMetadata metadata(PairMetadata sent) {
    return PairMetadata.newBuilder(sent).setLabels(LabelRule.cleaned(sent.getLabels())).build();
  }

  /**
   * Keeps what a record has room for beside all of the raw record but its image: a producer that is
   * given more fails, and every restart would end at the same record.
   *
   * <p>Rejects: {@code PREPARED_IMAGE_TOO_LARGE}.
   */
  static Outcome<PreparedPair> ofBearableSize(PreparedPair pair, Tracked<GatedRecord> from) {
    RawPair raw = from.stage().pair();
    long bytes = from.raw().size() - raw.getImage().remaining() - raw.getPrepared().remaining();
    bytes += pair.getImage().remaining() + bytes(pair.getCaption());
    for (Rendition rendition : pair.getRenditions()) {
      bytes += rendition.getImage().remaining();
    }
    for (String text : pair.getTexts().values()) {
      bytes += bytes(text);
    }
    int ids = pair.getTokenIds().size() + pair.getEmptyTokenIds().size();
    for (TokenSet set : pair.getTokenSets()) {
      ids += set.getTokenIds().size() + set.getEmptyTokenIds().size();
    }
    bytes += (long) MAX_ID_BYTES * ids;
    long most = RecordSizes.MAX_RECORD - FIELDS_BYTES;
    return bytes <= most
        ? Outcome.kept(pair)
        : Outcome.rejected(
            RejectReason.PREPARED_IMAGE_TOO_LARGE,
            "pictures, texts, annotations and headers of the pair do not fit into a record",
            Measured.atMost("record_bytes", bytes, most, "bytes"));
  }

  /** Upper bound of the text's bytes in UTF-8: three per char. */
  private static long bytes(String text) {
    return 3L * text.length();
  }

  /** The pair as its producer sent it, without the image. */
  static RawPair sent(RawPair pair) {
    return RawPair.newBuilder()
        .setCaption(pair.getCaption())
        .setLanguage(pair.getLanguage())
        .setMetadata(pair.getMetadata())
        .setMediaType(pair.getMediaType())
        .setAnnotations(pair.getAnnotations())
        .build();
  }

  /** Record for quarantine: the original, where it may be kept, and the rejection. */
  QuarantinedPair quarantined(Tracked<Tracked.Rejected> tracked) {
    RawRecord raw = tracked.raw();
    Tracked.Rejected rejected = tracked.stage();
    boolean keeps =
        raw.size() <= RecordSizes.MAX_RAW_RECORD && rejected.rejection().reason().keepsOriginal();
    boolean keepsPicture =
        raw.value() != null && rejected.rejection().reason() != RejectReason.NEAR_COPY;
    return QuarantinedPair.newBuilder()
        .setPairId(tracked.identity().pairId())
        .setImageDigest(tracked.identity().imageDigest())
        .setProducer(tracked.identity().producer())
        .setCopyOf(rejected.rejection().copyOf())
        .setValue(keeps && keepsPicture ? wrap(raw.value()) : null)
        .setSent(keeps && !keepsPicture ? tracked.identity().sent().orElse(null) : null)
        .setKey(keeps ? wrap(raw.key()) : null)
        .setHeaders(keeps ? headers(raw) : List.of())
        .setStep(rejected.step())
        .setReason(rejected.rejection().reason().name())
        .setDetail(rejected.rejection().detail())
        .setMeasured(Measurements.record(rejected.rejection().measured()))
        .setRecipeVersion(recipeVersion)
        .setOrigin(raw.origin())
        .setQuarantinedAt(raw.arrivedAt())
        .build();
  }

  /**
   * Record for quarantine of a pair that was published, made from its new receipt.
   *
   * @param step the node that rejected it
   */
  QuarantinedPair removed(Receipt receipt, String step) {
    return QuarantinedPair.newBuilder()
        .setPairId(receipt.getPairId())
        .setImageDigest(receipt.getImageDigest())
        .setProducer(receipt.getProducer())
        .setCopyOf(receipt.getCopyOf())
        .setSent(receipt.getSent())
        .setStep(step)
        .setReason(receipt.getReason())
        .setDetail(receipt.getDetail())
        .setMeasured(receipt.getMeasured())
        .setRecipeVersion(recipeVersion)
        .setOrigin(receipt.getOrigin())
        .setQuarantinedAt(receipt.getDecidedAt())
        .build();
  }

  /**
   * Receipt of a published pair: its status is the split's name.
   *
   * @param at when it was decided
   */
  Receipt published(Tracked<PreparedPair> tracked, Instant at) {
    return receipt(tracked, at)
        .setStatus(PairStatus.valueOf(tracked.stage().getSplit()).name())
        .build();
  }

  /**
   * The receipt of a record that was rejected.
   *
   * @param at when it was decided
   */
  Receipt rejected(Tracked<Tracked.Rejected> tracked, Instant at) {
    Rejection rejection = tracked.stage().rejection();
    return receipt(tracked, at)
        .setStatus(PairStatus.QUARANTINED.name())
        .setReason(rejection.reason().name())
        .setDetail(rejection.detail())
        .setMeasured(Measurements.record(rejection.measured()))
        .setCopyOf(rejection.copyOf())
        .build();
  }

  private static Receipt.Builder receipt(Tracked<?> tracked, Instant at) {
    return Receipt.newBuilder()
        .setPairId(tracked.identity().pairId())
        .setImageDigest(tracked.identity().imageDigest())
        .setSampleId(tracked.identity().sampleId())
        .setProducer(tracked.identity().producer())
        .setReviewId(tracked.raw().replay().map(Replay::reviewId).orElse(""))
        .setCopies(1)
        .setOrigin(tracked.raw().origin())
        .setReceivedAt(tracked.identity().receivedAt())
        .setArrivedAt(tracked.raw().arrivedAt())
        .setDecidedAt(at);
  }

  private static Rendition rendition(Picture.Named named) {
    Picture picture = named.picture();
    return Rendition.newBuilder()
        .setName(named.name())
        .setImage(ByteBuffer.wrap(picture.encoded().bytes()))
        .setImageEncoding(picture.encoding().label())
        .setWidth(picture.widthPx())
        .setHeight(picture.heightPx())
        .setChannels(picture.colour().channels())
        .setColour(picture.colour().label())
        .build();
  }

  private static Map<String, Double> measures(CleanedPair cleaned) {
    Map<String, Double> measures = new HashMap<>(cleaned.image().measures());
    measures.put("original_width_px", (double) cleaned.image().originalWidthPx());
    measures.put("original_height_px", (double) cleaned.image().originalHeightPx());
    measures.put("original_bytes", (double) cleaned.original().encoded().size());
    measures.putAll(measures(cleaned.caption()));
    return measures;
  }

  private static Map<String, Double> measures(TokenizedCaption caption) {
    Map<String, Double> measures = new HashMap<>(caption.caption().measures());
    measures.put("caption_tokens", (double) caption.tokens().untruncatedCount());
    return measures;
  }

  /** A raw record's headers as they came. */
  static List<Header> headers(RawRecord raw) {
    List<Header> headers = new ArrayList<>();
    raw.headers().forEach(header -> headers.add(new Header(header.key(), wrap(header.value()))));
    return headers;
  }

  private List<TokenSet> tokenSets(List<TokenIds> further) {
    List<TokenSet> sets = new ArrayList<>(further.size());
    for (int i = 0; i < further.size(); i++) {
      TokenTarget target = plan.tokens().further().get(i);
      TokenIds tokens = further.get(i);
      TokenIds empty = target.empty();
      sets.add(
          TokenSet.newBuilder()
              .setName(target.name())
              .setTokenIds(boxed(tokens.ids()))
              .setTokenCount(tokens.count())
              .setTruncated(tokens.truncated())
              .setPadId(target.padId())
              .setTokenizer(target.tokenizer().name())
              .setTokenizerDigest(target.tokenizer().digest())
              .setEmptyTokenIds(boxed(empty.ids()))
              .setEmptyTokenCount(empty.count())
              .build());
    }
    return sets;
  }

  private static List<Integer> boxed(int[] ids) {
    return Arrays.stream(ids).boxed().toList();
  }

  private static ByteBuffer wrap(byte[] bytes) {
    return bytes == null ? null : ByteBuffer.wrap(bytes);
  }
}
