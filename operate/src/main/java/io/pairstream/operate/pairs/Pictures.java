package io.pairstream.operate.pairs;

import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.Thumbnail;
import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.operate.catalogue.PairRow;
import io.pairstream.operate.catalogue.PairSearch;
import io.pairstream.operate.catalogue.PairSearch.FoundPair;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.RawPixels;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.utils.Utils;

/**
 * Makes small pictures of stored images, in an image worker that starts when the first is asked
 * for.
 *
 * <p>No byte of an image goes out as it came: what is shown is a JPEG of our own encoder, without
 * metadata. Images that may not be kept, and those that were withdrawn, are not shown. Thread-safe.
 */
final class Pictures implements AutoCloseable {

  private final StoredPairs pairs;
  private final PairSearch search;
  private final WorkerSettings settings;
  private ImageWorkerPool workers;
  private boolean closed;

  /**
   * @param settings how workers are run; null where nothing is to be shown
   */
  Pictures(StoredPairs pairs, PairSearch search, WorkerSettings settings) {
    this.pairs = pairs;
    this.search = search;
    this.settings = settings;
  }

  /**
   * The picture of the image that a record holds, as a JPEG file.
   *
   * @param at on a topic of the data set
   * @param sizePx longest side, in pixels; smaller images keep their size
   * @throws Problem {@link ProblemKind#NOT_FOUND} where there is none, and why
   * @throws ImageWorkerUnavailableException where no worker can show anything
   * @throws org.apache.kafka.common.KafkaException where the broker does not answer
   */
  byte[] jpeg(Origin at, int sizePx) {
    if (settings == null) {
      throw Problem.notFound("this service was started without image workers");
    }
    String none = "there is no record of a pair at this place, or no longer: " + at.getTopic();
    byte[] image = image(at).orElseThrow(() -> Problem.notFound(none));
    if (image.length == 0) {
      throw Problem.notFound("the record holds no image");
    }
    return Thumbnail.of(image, sizePx, pool())
        .fold(
            prepared -> prepared.picture().encoded().bytes(),
            rejection -> {
              throw Problem.notFound(rejection.detail());
            });
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (workers != null) {
      workers.close();
    }
  }

  private Optional<byte[]> image(Origin at) {
    // A record that is not judged yet is not in the catalogue.
    search.get(OriginHeader.text(at)).map(FoundPair::row).ifPresent(this::requireShowable);
    return pairs
        .find(at, Object.class)
        .map(
            record ->
                record instanceof PreparedPair prepared
                    ? image(prepared)
                    : record instanceof QuarantinedPair quarantined
                        ? image(quarantined)
                        : image((RawPair) record, at));
  }

  private byte[] image(PreparedPair pair) {
    requireNotWithdrawn(pair.getPairId(), TakedownKind.keysOf(pair));
    return ImageEncoding.RAW.label().equals(pair.getImageEncoding())
        ? RawPixels.png(pair)
            .orElseThrow(() -> Problem.notFound("the record's image has another size than it says"))
        : Utils.toArray(pair.getImage());
  }

  /**
   * A prepared image of bare pixels as a PNG file, which the worker takes like all others; empty
   * where the record's sizes are not those of its bytes.
   */
  private byte[] image(QuarantinedPair pair) {
    requireShowable(pair.getReason());
    return pairs
        .quarantine()
        .raw(pair)
        .map(raw -> image(raw, pair.getOrigin()))
        .orElseThrow(() -> Problem.notFound("the record that was rejected holds no image"));
  }

  private byte[] image(RawPair raw, Origin at) {
    String digest = pairs.imageDigest(raw, at);
    String pairId = PairIdentity.pairId(digest, raw.getCaption());
    requireNotWithdrawn(pairId, TakedownKind.keysOf(pairId, digest, raw.getMetadata()));
    Optional<PreparedPair> captioned = pairs.captioned(raw, at);
    if (captioned.isPresent()) {
      return image(captioned.get());
    } else if (!raw.getImage().hasRemaining()) {
      throw Problem.notFound("the raw record holds no image");
    }
    return Utils.toArray(raw.getImage());
  }

  private void requireNotWithdrawn(String pairId, List<String> takedowns) {
    if (search.isTakenDown(pairId, takedowns)) {
      throw Problem.notFound("the pair was withdrawn");
    }
  }

  /** A near copy goes with the picture that it copies, which may be withdrawn. */
  private void requireShowable(PairRow row) {
    requireShowable(row.reason());
    if (!row.copyOf().isEmpty() && search.published(row.copyOf()).isEmpty()) {
      throw Problem.notFound("the picture that it nearly copies is withdrawn");
    }
  }

  private static void requireShowable(String reason) {
    Thumbnail.refusal(reason)
        .ifPresent(
            why -> {
              throw Problem.notFound(why);
            });
  }

  private synchronized ImageWorkerPool pool() {
    if (closed) {
      throw new ImageWorkerUnavailableException("the service is being stopped");
    }
    if (workers == null) {
      workers = new ImageWorkerPool(settings);
    }
    return workers;
  }
}
