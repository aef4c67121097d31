package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.wire.OriginHeader;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Keeps the status of each pair. A copy of a published pair, or of a withdrawn one that still is,
 * adds to the count and leaves the rest as it is; a pair that was rejected and comes again gets the
 * new decision. A replay was received before, and is no further copy.
 *
 * <p>A withdrawn pair that comes again once nothing withdraws it gets the new decision too. Its old
 * record is in no split and in no quarantine, so that its old receipt stays, under that record's
 * coordinates.
 *
 * <p>A record that was rejected before its caption was cleaned leaves the sample as it is known.
 *
 * <p>A record without a pair id has a receipt under its coordinates, and nothing to remember.
 */
final class WriteReceipt extends ContextualProcessor<String, Tracked<Receipt>, String, Receipt> {

  private final boolean findsByImage;

  /**
   * @param findsByImage whether the pairs of an image are to be found later
   */
  WriteReceipt(boolean findsByImage) {
    this.findsByImage = findsByImage;
  }

  @Override
  public void process(Record<String, Tracked<Receipt>> record) {
    Receipts receipts = new Receipts(context());
    Receipt receipt = record.value().stage();
    if (record.value().identity().isKnown()) {
      Receipt earlier = receipts.get(record.key());
      if (earlier != null) {
        boolean stands = stands(earlier, receipt);
        if (!stands && PairStatus.valueOf(earlier.getStatus()) == PairStatus.WITHDRAWN) {
          context()
              .forward(record.withKey(OriginHeader.text(earlier.getOrigin())).withValue(earlier));
        }
        boolean sentByUs = record.value().raw().replay().isPresent();
        receipt =
            Receipt.newBuilder(stands ? earlier : receipt)
                .setCopies(earlier.getCopies() + (sentByUs ? 0 : 1))
                .setSampleId(
                    receipt.getSampleId().isEmpty() ? earlier.getSampleId() : receipt.getSampleId())
                .build();
      }
      receipts.put(receipt, record.value().raw());
      boolean isThisOne = receipt.getOrigin().equals(record.value().raw().origin());
      if (findsByImage && isThisOne && Receipts.isPublished(receipt)) {
        receipts.putOfImage(receipt, record.value().identity().sent().orElse(null));
      }
    }
    context().forward(record.withValue(receipt));
  }

  private static boolean stands(Receipt earlier, Receipt decided) {
    PairStatus status = PairStatus.valueOf(earlier.getStatus());
    return status.isPublished()
        || (status == PairStatus.WITHDRAWN
            && decided.getReason().equals(RejectReason.WITHDRAWN.name()));
  }
}
