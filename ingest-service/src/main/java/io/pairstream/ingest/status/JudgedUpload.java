package io.pairstream.ingest.status;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.ReceivedAt;
import io.pairstream.schemas.Upload;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * An upload together with the receipt of its pair: which of the two says where it stands.
 *
 * <p>A receipt that turned an earlier record of the pair away says nothing of a record that came
 * since. Which was earlier, offsets tell where both lie on one partition, as two records of one
 * image do on one topic; otherwise times do, with room for clocks that differ.
 */
final class JudgedUpload {

  /** How far the clocks of an ingest API and a broker may differ. */
  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

  private static final String LINK = "LINK";

  private JudgedUpload() {}

  /** Of a pair that no ingest API took: a producer wrote it to Kafka itself. */
  static StatusReport of(String id, Receipt receipt) {
    Upload upload =
        Upload.newBuilder()
            .setId(id)
            .setKind("PAIR")
            .setPairId(receipt.getPairId())
            .setImageDigest(receipt.getImageDigest())
            .setOrigin(receipt.getOrigin())
            .setReceivedAt(ReceivedAt.of(receipt).orElse(receipt.getDecidedAt()))
            .setChangedAt(receipt.getDecidedAt())
            .build();
    return of(id, upload, Optional.of(receipt));
  }

  static StatusReport of(String id, Upload upload, Optional<Receipt> known) {
    Optional<Receipt> receipt = known.filter(r -> speaksOf(upload, r));
    ReportedStatus stand =
        ReportedStatus.named(receipt.map(Receipt::getStanding).orElse(upload.getStanding()));
    String reason = receipt.map(Receipt::getReason).orElse(upload.getReason());
    String detail = receipt.map(Receipt::getDetail).orElse(upload.getDetail());
    boolean isCopy = receipt.isPresent() && isCopy(upload, receipt.get(), stand);
    return new StatusReport(
        id,
        upload.getKind(),
        upload.getPairId(),
        upload.getImageDigest(),
        stand,
        reason,
        says(stand, detail, isCopy),
        receipt.map(Receipt::getMeasured).orElse(""),
        receipt.map(Receipt::getLimit).orElse(""),
        remedy(reason),
        known.map(Receipt::getCopies).orElse(0L),
        upload.getOrigin(),
        isCopy ? Optional.of(receipt.get().getOrigin()) : Optional.empty(),
        upload.getReceivedAt(),
        receipt
            .map(Receipt::getDecidedAt)
            .filter(at -> at.isAfter(upload.getChangedAt()))
            .orElse(upload.getChangedAt()),
        receipt.map(Receipt::getDecidedAt));
  }

  /** Only a refusal is lifted by sending again; what is published or withdrawn stays so. */
  private static boolean speaksOf(Upload upload, Receipt receipt) {
    if (ReportedStatus.named(receipt.getStanding()) != ReportedStatus.QUARANTINED) {
      return true;
    }
    Origin came = upload.getOrigin();
    Origin judged = receipt.getOrigin();
    if (came.getTopic().equals(judged.getTopic()) && came.getPartition() == judged.getPartition()) {
      return judged.getOffset() >= came.getOffset();
    }
    return !receipt.getDecidedAt().plus(CLOCKS_DIFFER).isBefore(upload.getReceivedAt());
  }

  private static boolean isCopy(Upload upload, Receipt receipt, ReportedStatus stand) {
    if (stand == ReportedStatus.QUARANTINED || stand == ReportedStatus.UNKNOWN) {
      return false;
    }
    if (upload.getKind().equals(LINK)) {
      // The raw record of a fetched link is not the upload's own; only time tells.
      return receipt.getDecidedAt().isBefore(upload.getReceivedAt());
    }
    return !upload.getOrigin().equals(receipt.getOrigin());
  }

  private static String says(ReportedStatus stand, String detail, boolean isCopy) {
    if (isCopy && stand.isPublished()) {
      return "The same image with the same caption came before, and stands as "
          + stand.name()
          + "; this copy adds nothing.";
    }
    return detail.isEmpty() ? stand.says() : stand.says() + " " + sentence(detail);
  }

  private static String sentence(String detail) {
    String capital = detail.substring(0, 1).toUpperCase(Locale.ROOT) + detail.substring(1);
    return capital.endsWith(".") ? capital : capital + ".";
  }

  private static String remedy(String reason) {
    return RejectReason.named(reason).map(RejectReason::remedy).orElse("");
  }
}
