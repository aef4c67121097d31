package io.pairstream.ingest.publish;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.CheckImageSize;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ProbeImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;

/** Refuses by its header an image that the topology would reject, with the same words. */
final class ImageGate {

  private static final ProbeImage PROBE = new ProbeImage();
  private static final CheckImageSize SIZE = new CheckImageSize();

  private ImageGate() {}

  /**
   * What the header says of an encoded image.
   *
   * @throws Problem where the image is not taken
   */
  static ProbedImage check(byte[] image) {
    if (image.length > RecordSizes.MAX_IMAGE) {
      Rejection tooMany =
          new Rejection(
              RejectReason.IMAGE_TOO_MANY_BYTES,
              "the image has " + image.length + " bytes; at most 8 MiB are taken",
              image.length + " bytes",
              RecordSizes.MAX_IMAGE + " bytes");
      throw problem(ProblemKind.BODY_TOO_LARGE, tooMany).with("field", "image");
    }
    return PROBE
        .apply(new EncodedImage(image))
        .then(SIZE)
        .fold(
            probed -> probed,
            rejection -> {
              throw refused(rejection);
            });
  }

  /** A rejection as a caller reads it. */
  static Problem refused(Rejection rejection) {
    return problem(ProblemKind.PAIR_REFUSED, rejection);
  }

  private static Problem problem(ProblemKind kind, Rejection rejection) {
    Problem problem =
        Problem.of(kind, rejection.detail())
            .with("reason", rejection.reason().name())
            .with("remedy", rejection.reason().remedy());
    if (!rejection.measured().isEmpty()) {
      problem = problem.with("measured", rejection.measured());
    }
    return rejection.limit().isEmpty() ? problem : problem.with("limit", rejection.limit());
  }
}
