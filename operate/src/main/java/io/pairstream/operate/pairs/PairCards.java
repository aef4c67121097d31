package io.pairstream.operate.pairs;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ProbeImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.catalogue.PairRow;
import io.pairstream.operate.catalogue.PairSearch;
import io.pairstream.operate.catalogue.PairSearch.FoundPair;
import io.pairstream.operate.pairs.PairCard.Content;
import io.pairstream.operate.pairs.PairCard.Original;
import io.pairstream.operate.pairs.PairCard.Stop;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.wire.OriginHeader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.common.utils.Utils;

/** Makes the cards of pairs, from the records where they lie. */
record PairCards(PairSearch search, StoredPairs pairs) {

  private static final ProbeImage PROBE = new ProbeImage();

  /**
   * The card of that id or those coordinates; empty where nothing is known of it.
   *
   * @throws org.apache.kafka.common.KafkaException where the broker does not answer
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where the registry does not
   */
  Optional<PairCard> of(String id) {
    return search
        .get(id)
        .map(this::withRecord)
        .or(() -> search.receipt(id).map(receipt -> withoutRecord(id, receipt)))
        .or(() -> OriginHeader.parse(id).flatMap(this::lyingAt));
  }

  /** Card from the catalogue alone, for while records cannot be read. */
  Optional<PairCard> remembered(String id) {
    return search
        .get(id)
        .map(
            pair ->
                card(
                    pair,
                    none(Template.NOT_READ_NOW),
                    Content.unprepared(null, pair.row().caption()),
                    journey(pair.row(), Instant.EPOCH)))
        .or(() -> search.receipt(id).map(receipt -> withoutRecord(id, receipt)));
  }

  /** Looks up coordinates that no row has: of an output, or of a raw record that waits. */
  private Optional<PairCard> lyingAt(Origin at) {
    return pairs
        .find(at, Object.class)
        .flatMap(
            record ->
                record instanceof PreparedPair prepared
                    ? search.get(prepared.getPairId()).map(this::withRecord)
                    : record instanceof QuarantinedPair rejected
                        ? search.get(OriginHeader.text(rejected.getOrigin())).map(this::withRecord)
                        : waiting((RawPair) record, at));
  }

  /** Empty for a pair that is withdrawn already. */
  private Optional<PairCard> waiting(RawPair raw, Origin at) {
    String digest = pairs.imageDigest(raw, at);
    String pairId = PairIdentity.pairId(digest, raw.getCaption());
    PairRow row = PairRow.waiting(raw, pairId, digest, at);
    if (search.isTakenDown(pairId, row.takedowns())) {
      return Optional.empty();
    }
    Optional<Receipt> receipt =
        search.receipt(pairId).filter(known -> known.getOrigin().equals(at));
    if (receipt.isPresent()) {
      return receipt.map(known -> withoutRecord(pairId, known));
    }
    return Optional.of(
        card(
            new FoundPair(row.coordinates(), row, Optional.empty()),
            original(raw, at),
            Content.unprepared(raw.getCaption(), null),
            journey(row.receivedAt(), at, Instant.EPOCH)));
  }

  private PairCard withRecord(FoundPair pair) {
    return pair.row().isQuarantined() ? quarantined(pair) : prepared(pair);
  }

  private PairCard prepared(FoundPair pair) {
    PairRow row = pair.row();
    Origin at = StoredPairs.at(row.place());
    Optional<PreparedPair> prepared = pairs.find(at, PreparedPair.class);
    Optional<RawPair> raw = pairs.find(row.origin(), RawPair.class);
    Original original =
        raw.map(came -> original(came, row.origin())).orElseGet(() -> none(Template.KEPT_FOR_DAYS));
    String picture = row.hasPicture() ? PairCard.Summary.address(at) : null;
    // Compaction or a later record of the same pair may have taken it away a moment ago.
    Content content =
        prepared
            .map(record -> Content.of(record, raw.orElse(null), picture))
            .orElseGet(
                () -> Content.unprepared(raw.map(RawPair::getCaption).orElse(null), row.caption()));
    Instant rawAt = prepared.map(PreparedPair::getPreparedAt).orElse(Instant.EPOCH);
    return card(pair, original, content, journey(row, rawAt));
  }

  private PairCard quarantined(FoundPair pair) {
    PairRow row = pair.row();
    Origin at = StoredPairs.at(row.place());
    Optional<QuarantinedPair> kept = pairs.find(at, QuarantinedPair.class);
    Optional<RawPair> raw = kept.flatMap(pairs.quarantine()::raw);
    if (kept.map(QuarantinedPair::getSent).isPresent()) {
      return elsewhere(pair, kept.get());
    }
    Template why =
        kept.isEmpty()
            ? Template.KEPT_NO_LONGER
            : kept.get().getValue() == null ? Template.NOT_KEPT : Template.NO_IMAGE;
    String caption =
        raw.map(RawPair::getCaption)
            .or(() -> kept.flatMap(pairs.quarantine()::link).map(PairLink::getCaption))
            .orElse(null);
    return card(
        pair,
        raw.filter(came -> row.hasPicture())
            .map(came -> pairs.isGenerated(row.origin()) ? captioned(at) : original(came, at))
            .orElseGet(() -> none(why)),
        Content.unprepared(caption, null),
        journey(row, kept.map(QuarantinedPair::getQuarantinedAt).orElse(Instant.EPOCH)));
  }

  /**
   * Card of a pair whose picture is on the raw topic alone. A near copy's picture is not shown
   * where the picture that it copies is not: that one may be withdrawn.
   */
  private PairCard elsewhere(FoundPair pair, QuarantinedPair entry) {
    PairRow row = pair.row();
    boolean isShown = row.copyOf().isEmpty() || search.published(row.copyOf()).isPresent();
    Optional<RawPair> raw = pairs.find(row.origin(), RawPair.class);
    return card(
        pair,
        raw.filter(came -> isShown)
            .map(came -> original(came, row.origin()))
            .orElseGet(() -> none(isShown ? Template.KEPT_FOR_DAYS : Template.COPIED_IS_GONE)),
        Content.unprepared(raw.orElse(entry.getSent()).getCaption(), null),
        journey(row, entry.getQuarantinedAt()));
  }

  private PairCard card(FoundPair pair, Original original, Content content, List<Stop> journey) {
    PairRow row = pair.row();
    return new PairCard(
        PairCard.Summary.of(pair),
        original,
        content,
        journey,
        pair.receipt().map(Receipt::getCopies).orElse(null),
        search.published(row.copyOf()).map(PairCard.Summary::of).orElse(null),
        row.isQuarantined() ? 0 : search.nearCopies(row.imageDigest()),
        search.reviews(pair.id()),
        search.takedownEvents(row.pairId(), row.takedowns()),
        row.isPublished() ? search.answers(row.pairId()) : List.of(),
        RejectReason.named(row.reason()).map(RejectReason::remedy).orElse(""),
        Hint.of("exposure " + row.pairId()));
  }

  private PairCard withoutRecord(String id, Receipt receipt) {
    boolean gone = search.isTakenDown(id, PairRow.of(id, "", receipt).takedowns());
    String status = gone ? PairStatus.WITHDRAWN.name() : receipt.getStatus();
    return card(
        new FoundPair(id, PairRow.of(id, status, receipt), Optional.of(receipt)),
        none(gone ? Template.IS_WITHDRAWN : Template.NOT_READ_YET),
        Content.unprepared(null, null),
        journey(receipt));
  }

  /** The published picture whose caption a rejected record at this place is. */
  private static Original captioned(Origin at) {
    return new Original(
        PairCard.Summary.address(at), null, "", null, null, Template.CAPTION_OF_A_MODEL.with());
  }

  /** The original as its header declares it; its pixels are decoded nowhere here. */
  private Original original(RawPair raw, Origin at) {
    if (pairs.isGenerated(at)) {
      return none(Template.CAPTION_OF_A_MODEL);
    }
    EncodedImage image = new EncodedImage(Utils.toArray(raw.getImage()));
    Optional<ProbedImage> probed =
        PROBE.apply(image).fold(Optional::of, rejection -> Optional.empty());
    return new Original(
        image.size() == 0 ? null : PairCard.Summary.address(at),
        (long) image.size(),
        probed
            .map(known -> "image/" + known.type().name().toLowerCase(Locale.ROOT))
            .orElse(raw.getMediaType()),
        probed.map(ProbedImage::widthPx).orElse(null),
        probed.map(ProbedImage::heightPx).orElse(null),
        Sentence.verbatim(""));
  }

  private static Original none(Template why) {
    return new Original(null, null, "", null, null, why.with());
  }

  private static List<Stop> journey(PairRow row, Instant rawAt) {
    List<Stop> stops = journey(row.receivedAt(), row.origin(), rawAt);
    Instant previous = rawAt.equals(Instant.EPOCH) ? row.receivedAt() : rawAt;
    stops.add(Stop.on(StoredPairs.at(row.place()), row.place().at(), previous));
    return stops;
  }

  /**
   * A withdrawn pair's receipt has the time of the takedown, no longer that of the record. Nothing
   * waits for a withdrawal: the time until then is no delay.
   */
  private static List<Stop> journey(Receipt receipt) {
    boolean withdrawn = receipt.getStatus().equals(PairStatus.WITHDRAWN.name());
    Instant rawAt = withdrawn ? Instant.EPOCH : receipt.getArrivedAt();
    List<Stop> stops = journey(receipt.getReceivedAt(), receipt.getOrigin(), rawAt);
    if (withdrawn) {
      stops.add(new Stop("withdrawn", null, null, receipt.getDecidedAt(), null));
    }
    return stops;
  }

  private static List<Stop> journey(Instant receivedAt, Origin raw, Instant rawAt) {
    List<Stop> stops = new ArrayList<>();
    if (!receivedAt.equals(Instant.EPOCH)) {
      stops.add(new Stop("received", null, null, receivedAt, null));
    }
    stops.add(Stop.on(raw, rawAt, receivedAt));
    return stops;
  }
}
