package io.pairstream.tools.pictures;

import io.pairstream.cleaning.image.NearCopies;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.PairStatus;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.tools.pictures.PictureIndex.NearPair;
import io.pairstream.tools.pictures.PictureIndex.Picture;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** The published pairs of pictures that are nearly an image, found by reading the index. */
public final class NearCopiesOfImage {

  private NearCopiesOfImage() {}

  /**
   * Mirrored ones too, where the image is published by a version that kept its mirrored hash.
   *
   * @return the nearest first; empty where the index has no hash of the image
   */
  public static Optional<List<NearPair>> find(
      ClusterAccess cluster, String imageDigest, NearCopies how) {
    AtomicReference<IndexedPair> own = new AtomicReference<>();
    try (CommittedLog log = CommittedLog.openForSmallRecords(cluster);
        PictureIndex pictures = new PictureIndex()) {
      log.readAll(
          cluster.topics().index(),
          (pairId, entry) -> {
            pictures.enter(pairId, entry.orElse(null));
            entry.filter(pair -> pair.getImageDigest().equals(imageDigest)).ifPresent(own::set);
          });
      return Optional.ofNullable(own.get())
          .flatMap(NearCopiesOfImage::picture)
          .map(picture -> pictures.nearTo(picture, how));
    }
  }

  private static Optional<Picture> picture(IndexedPair entry) {
    PairStatus any = PictureIndex.SPLITS.get(0);
    Optional<Long> mirrored = PictureIndex.number(entry.getMirroredHash());
    return PictureIndex.number(entry.getPerceptualHash())
        .map(hash -> new Picture(entry.getImageDigest(), any, hash, mirrored, false));
  }
}
