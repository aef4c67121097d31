package io.pairstream.operations.pairs;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.AspectBuckets;
import io.pairstream.cleaning.image.CheckImageSize;
import io.pairstream.cleaning.image.ChromaSubsampling;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.Geometry;
import io.pairstream.cleaning.image.ImageEncoding;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageToPrepare;
import io.pairstream.cleaning.image.ImageWorkerUnavailableException;
import io.pairstream.cleaning.image.PictureOutput;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.ProbeImage;
import io.pairstream.cleaning.image.Resampling;
import io.pairstream.cleaning.image.ResizeMode;
import io.pairstream.cleaning.image.WhenSmaller;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerSettings;
import io.pairstream.operations.catalogue.PairSearch;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.OriginHeader;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.utils.Utils;

/**
 * Makes small pictures of stored images, in an image worker that starts when the first is asked
 * for.
 *
 * <p>No byte of an image goes out as it came: what is shown is a JPEG of our own encoder, without
 * metadata. Images that nobody may keep, and those that were withdrawn, are not shown. Thread-safe.
 */
final class Pictures implements AutoCloseable {

  /** Pictures that are kept at hand, in bytes. */
  private static final long CACHE_BYTES = 32L * 1024 * 1024;

  private static final int JPEG_QUALITY = 85;

  private static final ShownPicture.None WITHDRAWN =
      new ShownPicture.None("the pair was withdrawn");

  private static final ShownPicture.None FORBIDDEN =
      new ShownPicture.None("the image is one that nobody may keep");

  /** What took a worker with it would take ours with it too. */
  private static final Set<String> HARMFUL =
      Set.of(RejectReason.DECODE_TIMEOUT.name(), RejectReason.DECODER_CRASH.name());

  private static final String HARMFUL_IMAGE =
      "decoding it ended a worker, or took too long; it is not tried again";

  private final StoredPairs pairs;
  private final PairSearch search;
  private final Optional<WorkerSettings> settings;
  private final ProbeImage probe = new ProbeImage();
  private final CheckImageSize size = new CheckImageSize();
  private final PictureCache cache = new PictureCache(CACHE_BYTES);
  private ImageWorkerPool workers;
  private boolean closed;

  /**
   * @param settings how workers are run; empty where nothing is to be shown
   */
  Pictures(StoredPairs pairs, PairSearch search, Optional<WorkerSettings> settings) {
    this.pairs = pairs;
    this.search = search;
    this.settings = settings;
  }

  /**
   * The picture of the image that a record holds.
   *
   * @param at on a topic of the data set
   * @param sizePx longest side, in pixels; smaller images keep their size
   * @throws io.pairstream.cleaning.image.ImageWorkerUnavailableException where no worker can show
   *     anything
   * @throws org.apache.kafka.common.KafkaException where the broker does not answer
   */
  ShownPicture of(Origin at, int sizePx) {
    if (settings.isEmpty()) {
      return new ShownPicture.None("this service was started without image workers");
    }
    PictureCache.Key key = new PictureCache.Key(at, sizePx);
    Optional<PictureCache.Entry> known = cache.get(key);
    if (known.isPresent()) {
      if (isForbidden(at)) {
        return FORBIDDEN;
      }
      return isWithdrawn(known.get().owner()) ? WITHDRAWN : known.get().picture();
    }
    Image image = image(at);
    ShownPicture shown =
        image.bytes().isEmpty()
            ? new ShownPicture.None(image.why())
            : shown(new EncodedImage(image.bytes().get()), sizePx);
    cache.put(key, new PictureCache.Entry(shown, image.owner()));
    return shown;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (workers != null) {
      workers.close();
    }
  }

  /**
   * The bytes of an image.
   *
   * @param why there are none
   */
  private record Image(Optional<byte[]> bytes, String why, PictureCache.Owner owner) {

    static Image of(byte[] bytes, PictureCache.Owner owner) {
      return bytes.length == 0
          ? none("the record holds no image")
          : new Image(Optional.of(bytes), "", owner);
    }

    static Image none(String why) {
      return new Image(Optional.empty(), why, PictureCache.Owner.NOBODY);
    }
  }

  private Image image(Origin at) {
    String topic = at.getTopic();
    Optional<Image> image = Optional.empty();
    if (pairs.isOutput(topic)) {
      image = pairs.prepared(at).map(this::image);
    } else if (pairs.isQuarantine(topic)) {
      image = pairs.quarantined(at).map(this::image);
    } else if (pairs.isRaw(topic)) {
      if (isForbidden(at)) {
        return Image.none(FORBIDDEN.why());
      }
      if (search.reasonOf(OriginHeader.text(at)).filter(HARMFUL::contains).isPresent()) {
        return Image.none(HARMFUL_IMAGE);
      }
      image = pairs.raw(at).map(this::image);
    }
    return image.orElseGet(
        () -> Image.none("there is no record of a pair at this place, or no longer: " + topic));
  }

  private Image image(PreparedPair pair) {
    PictureCache.Owner owner =
        new PictureCache.Owner(
            pair.getPairId(),
            pair.getImageDigest(),
            pair.getContributor(),
            pair.getSourceKind(),
            pair.getUrl());
    if (isWithdrawn(owner)) {
      return Image.none(WITHDRAWN.why());
    }
    if (ImageEncoding.RAW.label().equals(pair.getImageEncoding())) {
      return RawPixels.png(pair)
          .map(file -> Image.of(file, owner))
          .orElseGet(() -> Image.none("the record's image has another size than it says"));
    }
    return Image.of(Utils.toArray(pair.getImage()), owner);
  }

  private Image image(QuarantinedPair pair) {
    if (mayNotBeKept(pair.getReason())) {
      return Image.none(FORBIDDEN.why());
    }
    if (HARMFUL.contains(pair.getReason())) {
      return Image.none(HARMFUL_IMAGE);
    }
    return pairs
        .raw(pair)
        .map(this::image)
        .orElseGet(() -> Image.none("the record that was turned away holds no image"));
  }

  private Image image(RawPair raw) {
    String digest = PairIdentity.imageDigest(raw.getImage());
    PictureCache.Owner owner =
        new PictureCache.Owner(
            PairIdentity.pairId(digest, raw.getCaption()),
            digest,
            raw.getContributor(),
            raw.getSourceKind(),
            raw.getUrl());
    return isWithdrawn(owner)
        ? Image.none(WITHDRAWN.why())
        : Image.of(Utils.toArray(raw.getImage()), owner);
  }

  private boolean isWithdrawn(PictureCache.Owner owner) {
    return search.isTakenDown(
        owner.pairId(), owner.imageDigest(), owner.contributor(), owner.sourceKind(), owner.url());
  }

  /** Of a record that is not judged yet nobody knows. */
  private boolean isForbidden(Origin at) {
    return pairs.isRaw(at.getTopic())
        && search.reasonOf(OriginHeader.text(at)).filter(Pictures::mayNotBeKept).isPresent();
  }

  private static boolean mayNotBeKept(String reason) {
    return RejectReason.named(reason).filter(known -> !known.keepsOriginal()).isPresent();
  }

  private ShownPicture shown(EncodedImage image, int sizePx) {
    Outcome<PreparedImage> outcome =
        probe
            .apply(image)
            .then(size)
            .then(probed -> pool().prepare(ImageToPrepare.whole(probed), plan(sizePx)));
    return outcome.fold(
        prepared -> new ShownPicture.Jpeg(prepared.picture().encoded().bytes()), Pictures::none);
  }

  private static ShownPicture none(Rejection rejection) {
    return new ShownPicture.None(rejection.detail());
  }

  private static ImagePlan plan(int sizePx) {
    Geometry geometry =
        new Geometry(
            ResizeMode.KEEP_RATIO_LARGEST,
            sizePx,
            sizePx,
            WhenSmaller.KEEP,
            Resampling.AREA,
            0xFFFFFF,
            AspectBuckets.NONE);
    return ImagePlan.of(
        new PictureOutput(geometry, ImageEncoding.JPEG, JPEG_QUALITY, ChromaSubsampling.HALVED));
  }

  private synchronized ImageWorkerPool pool() {
    if (closed) {
      throw new ImageWorkerUnavailableException("the service is being stopped");
    }
    if (workers == null) {
      workers = new ImageWorkerPool(settings.orElseThrow());
    }
    return workers;
  }
}
