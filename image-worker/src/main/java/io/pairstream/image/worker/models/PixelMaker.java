package io.pairstream.image.worker.models;

import io.pairstream.image.plan.PixelMaking;
import io.pairstream.image.protocol.Failure;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ModelProtocol.NoAnswer;
import io.pairstream.image.protocol.ModelProtocol.Pixels;
import io.pairstream.image.protocol.ShownPicture;
import io.pairstream.image.worker.pixels.StoredPixels;
import io.pairstream.image.worker.pixels.StoredPixels.UnreadableException;
import org.bytedeco.opencv.opencv_core.Mat;

/** Makes uint8 [height, width, 3], RGB, of stored pictures. */
final class PixelMaker extends PictureModel {

  private final StoredPixels stored = new StoredPixels();

  /** Null where a picture is shown as it is stored. */
  private final ShownPixels fitted;

  PixelMaker(PixelMaking making) {
    fitted = making.fitted().map(ShownPixels::new).orElse(null);
  }

  @Override
  ItemReply ask(ShownPicture picture) throws UnreadableException {
    Mat bgr = stored.bgr(picture);
    long bytes = 3L * bgr.rows() * bgr.cols();
    if (fitted == null && bytes > ShownPicture.MOST_BYTES) {
      return new NoAnswer(
          Failure.OVER_BUDGET,
          "the picture has %d x %d pixels, which are more than %d MiB"
              .formatted(bgr.cols(), bgr.rows(), ShownPicture.MOST_BYTES >> 20));
    }
    return new Pixels(
        fitted != null
            ? fitted.fitted(bgr)
            : ShownPicture.raw(ShownPixels.rgb(bgr), bgr.cols(), bgr.rows(), 3));
  }
}
