package io.pairstream.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageType;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.cleaning.image.PixelBox;
import io.pairstream.cleaning.image.PixelOperations.PictureColour;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.PreparedImage.Picture;
import io.pairstream.cleaning.image.ProbedImage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RememberingWorkerTest {

  private static final ImagePlan PLAN = Pictures.raw(64);
  private static final int FILE_BYTES = 5_000;
  private static final int PICTURE_BYTES = 20_000;

  private int asked;
  private Outcome<PreparedImage> answer = Outcome.kept(prepared());
  private final RememberingWorker worker = remembering(32 << 20);

  private RememberingWorker remembering(long maxBytes) {
    return new RememberingWorker(
        (image, plan) -> {
          asked++;
          return answer;
        },
        maxBytes);
  }

  private static PreparedImage prepared() {
    EncodedImage pixels = new EncodedImage(new byte[PICTURE_BYTES]);
    return new PreparedImage(
        new Picture(pixels, ImageEncoding.RAW, PictureColour.RGB, 64, 64),
        List.of(),
        90,
        70,
        1,
        2,
        Map.of());
  }

  /** A new file with this content each time. */
  private static ImageToPrepare image(int content, PixelBox box) {
    byte[] file = new byte[FILE_BYTES];
    file[0] = (byte) content;
    return new ImageToPrepare(
        new ProbedImage(
            new EncodedImage(file), ImageType.PNG, 90, 70, 8, ProbedImage.ColourModel.RGB, false),
        box);
  }

  private static ImageToPrepare image(int content) {
    return image(content, PixelBox.WHOLE);
  }

  @Test
  void preparesAPictureUnderSeveralCaptionsOnceDamagedOnesToo() {
    for (int caption = 1; caption <= 5; caption++) {
      assertThat(worker.prepare(image(1), PLAN)).isEqualTo(answer);
    }
    answer = Outcome.rejected(RejectReason.IMAGE_DAMAGED, "cut");
    for (int caption = 1; caption <= 5; caption++) {
      assertThat(worker.prepare(image(2), PLAN)).isEqualTo(answer);
    }

    assertThat(asked).isEqualTo(2);
  }

  @Test
  void triesAgainWhatCrashed() {
    answer = Outcome.rejected(RejectReason.DECODER_CRASH, "twice");
    worker.prepare(image(1), PLAN);
    worker.prepare(image(1), PLAN);

    assertThat(asked).isEqualTo(2);
  }

  @Test
  void remembersWhatWasConfirmedInThePlaceOfWhatWasDoubted() {
    Outcome<PreparedImage> lie = Outcome.rejected(RejectReason.IMAGE_DAMAGED, "a lie");
    answer = lie;
    worker.prepare(image(1), PLAN);
    answer = Outcome.kept(prepared());

    assertThat(worker.confirm(image(1), PLAN, lie)).isEqualTo(answer);
    assertThat(worker.prepare(image(1), PLAN)).isEqualTo(answer);
    assertThat(worker.confirm(image(1), PLAN, answer)).isEqualTo(answer);

    assertThat(asked).isEqualTo(2);
  }

  @Test
  void tellsApartWhatIsAskedOfAPicture() {
    worker.prepare(image(1), PLAN);
    worker.prepare(image(1, new PixelBox(8, 4, 40, 40)), PLAN);
    worker.prepare(image(1), Pictures.raw(32));
    worker.prepare(image(2), PLAN);

    assertThat(asked).isEqualTo(4);
  }

  @Test
  void forgetsWhatWasAskedForLongestAgo() {
    RememberingWorker two = remembering(2L * (FILE_BYTES + PICTURE_BYTES) + 4 * 1024);
    for (int content : new int[] {1, 2, 1, 3, 1, 3}) {
      two.prepare(image(content), PLAN);
    }
    assertThat(asked).isEqualTo(3);

    two.prepare(image(2), PLAN);
    assertThat(asked).isEqualTo(4);
  }
}
