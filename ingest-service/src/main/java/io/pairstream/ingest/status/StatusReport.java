package io.pairstream.ingest.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.ReceivedAt;
import io.pairstream.schemas.Upload;
import io.pairstream.service.rejection.Measurements;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Status of one pair or link.
 *
 * <p>Serialized as it is. Strings are empty where nothing is known; {@code copy_of} and {@code
 * decided_at} are present only with a value. A receipt that rejected an earlier record of the pair
 * does not concern a later record. Offsets decide which is earlier where both lie on one partition,
 * as two records of one image do on one topic; otherwise times decide, with room for clocks that
 * differ.
 *
 * @param id the requested id: a pair id, a link id, or coordinates of a record that has neither
 * @param kind {@code PAIR} or {@code LINK}
 * @param pairId the pair id; empty for a link whose image is not fetched
 * @param imageDigest lower-case hex SHA-256 of the image; empty where there is none yet
 * @param status the status
 * @param isFinal whether the status does not change by itself any more
 * @param reason why it was rejected, could not be fetched, or waits
 * @param says status and reason, in plain words
 * @param measured the value that decided, in words
 * @param limit the limit that decided, in words
 * @param measurement both as data; null where nothing was measured
 * @param remedy what its producer can do about it
 * @param copies how many times the pair was judged or recognised, the first included; 0 where no
 *     receipt says so yet
 * @param origin coordinates of the record that came last through an ingest API, or else of the one
 *     that decided
 * @param copyOf coordinates of the record that decided, where the one that came last is a copy of
 *     it; else null
 * @param receivedAt when an ingest API took it last
 * @param changedAt when the status last changed, as far as it is known
 * @param decidedAt when it was judged, but not before it was received, as clocks differ; null until
 *     then
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record StatusReport(
    String id,
    String kind,
    String pairId,
    String imageDigest,
    ReportedStatus status,
    @JsonProperty("final") boolean isFinal,
    String reason,
    String says,
    String measured,
    String limit,
    Measured measurement,
    String remedy,
    long copies,
    Coordinates origin,
    Coordinates copyOf,
    Instant receivedAt,
    Instant changedAt,
    Instant decidedAt) {

  /**
   * Where a record is.
   *
   * @param id of its pair, where another is a copy of it; else empty
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record Coordinates(String topic, int partition, long offset, String id) {

    static Coordinates of(Origin origin, String id) {
      return new Coordinates(origin.getTopic(), origin.getPartition(), origin.getOffset(), id);
    }
  }

  /**
   * Status of a pair or a link, as its producer sees it.
   *
   * <p>The name is part of the contract. Those before {@link #TRAINING} come from the ingest APIs
   * and the fetcher, the others from receipts; {@link #UNKNOWN} is in no record.
   */
  enum ReportedStatus {
    RECEIVED(false, "Received and stored; waits to be judged, or to be fetched if it is a link."),
    WAITING(false, "Its image could not be fetched yet; it will be tried again."),
    FETCHED(false, "Its image is fetched; the pair waits to be judged."),
    FETCH_FAILED(true, "Its image could not be fetched."),
    TRAINING(true, "It is published for training."),
    VALIDATION(true, "It is published for validation."),
    TEST(true, "It is published for testing."),
    QUARANTINED(true, "It was rejected."),
    WITHDRAWN(true, "Withdrawn: it is no longer handed out, and copies are rejected."),
    UNKNOWN(false, "Its record has a status that this version does not know.");

    private final boolean isFinal;
    private final String says;

    ReportedStatus(boolean isFinal, String says) {
      this.isFinal = isFinal;
      this.says = says;
    }

    /** The status of that name; {@link #UNKNOWN} for any other word, as of a later version. */
    static ReportedStatus named(String word) {
      return Stream.of(values())
          .filter(each -> each.name().equals(word))
          .findFirst()
          .orElse(UNKNOWN);
    }

    /** Whether nothing more happens by itself. */
    public boolean isFinal() {
      return isFinal;
    }

    /** In plain words. */
    public String says() {
      return says;
    }

    /** Whether the pair is in the data set. */
    boolean isPublished() {
      return this == TRAINING || this == VALIDATION || this == TEST;
    }
  }

  /** Largest difference between the clocks of an ingest API and a broker. */
  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

  /** Status of a pair that a producer wrote to Kafka itself, past the ingest APIs. */
  static StatusReport of(String id, Receipt receipt) {
    Upload upload =
        Upload.newBuilder()
            .setId(id)
            .setKind("PAIR")
            .setPairId(receipt.getPairId())
            .setImageDigest(receipt.getImageDigest())
            .setOrigin(receipt.getOrigin())
            .setReceivedAt(ReceivedAt.of(receipt).orElse(receipt.getArrivedAt()))
            .setChangedAt(receipt.getDecidedAt())
            .build();
    return of(id, upload, receipt);
  }

  /**
   * Status of a pair or a link that came through an ingest API, or was noted by the fetcher.
   *
   * @param known the last receipt of its pair; null where there is none yet
   */
  static StatusReport of(String id, Upload upload, Receipt known) {
    Optional<Receipt> receipt = Optional.ofNullable(known).filter(r -> speaksOf(upload, r));
    ReportedStatus stand =
        ReportedStatus.named(receipt.map(Receipt::getStatus).orElse(upload.getStatus()));
    String reason = receipt.map(Receipt::getReason).orElse(upload.getReason());
    String detail = receipt.map(Receipt::getDetail).orElse(upload.getDetail());
    boolean isCopy = receipt.isPresent() && isCopy(upload, receipt.get(), stand);
    Instant received = upload.getReceivedAt();
    Instant changed = upload.getChangedAt();
    Optional<Instant> decided = receipt.map(Receipt::getDecidedAt);
    Measured by = Measurements.read(receipt.map(Receipt::getMeasured).orElse(null));
    return new StatusReport(
        id,
        upload.getKind(),
        upload.getPairId(),
        upload.getImageDigest(),
        stand,
        stand.isFinal(),
        reason,
        says(stand, detail, isCopy),
        by.inWords(),
        by.limitInWords(),
        by.equals(Measured.NONE) ? null : by,
        RejectReason.named(reason).map(RejectReason::remedy).orElse(""),
        known == null ? 0 : known.getCopies(),
        Coordinates.of(upload.getOrigin(), ""),
        isCopy ? Coordinates.of(receipt.get().getOrigin(), upload.getPairId()) : null,
        received,
        decided.filter(at -> at.isAfter(changed)).orElse(changed),
        decided.map(at -> at.isBefore(received) ? received : at).orElse(null));
  }

  /**
   * Whether the receipt concerns the upload. Only a rejection can be older than the upload: sending
   * again does not change a published or withdrawn pair.
   */
  private static boolean speaksOf(Upload upload, Receipt receipt) {
    if (ReportedStatus.named(receipt.getStatus()) != ReportedStatus.QUARANTINED) {
      return true;
    }
    if (areOnOnePartition(upload, receipt)) {
      return receipt.getOrigin().getOffset() >= upload.getOrigin().getOffset();
    }
    return !receipt.getArrivedAt().plus(CLOCKS_DIFFER).isBefore(upload.getReceivedAt());
  }

  private static boolean areOnOnePartition(Upload upload, Receipt receipt) {
    Origin came = upload.getOrigin();
    Origin judged = receipt.getOrigin();
    return came.getTopic().equals(judged.getTopic())
        && came.getPartition() == judged.getPartition();
  }

  private static boolean isCopy(Upload upload, Receipt receipt, ReportedStatus stand) {
    if (stand == ReportedStatus.QUARANTINED || stand == ReportedStatus.UNKNOWN) {
      return false;
    }
    // The raw record of a fetched link is not the upload's own; only time tells.
    if (!upload.getKind().equals("LINK") && areOnOnePartition(upload, receipt)) {
      // A later record is this one, sent again by a reviewer.
      return receipt.getOrigin().getOffset() < upload.getOrigin().getOffset();
    }
    return receipt.getArrivedAt().isBefore(upload.getReceivedAt());
  }

  private static String says(ReportedStatus stand, String detail, boolean isCopy) {
    if (isCopy && stand.isPublished()) {
      return "The same image with the same caption came before (status "
          + stand.name()
          + "); this copy adds nothing.";
    }
    return detail.isEmpty() ? stand.says() : stand.says() + " " + sentence(detail);
  }

  private static String sentence(String detail) {
    String capital = detail.substring(0, 1).toUpperCase(Locale.ROOT) + detail.substring(1);
    return capital.endsWith(".") ? capital : capital + ".";
  }
}
