package io.pairstream.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageToPrepare;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.PixelBox;
import io.pairstream.cleaning.image.PreparedImage;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(900)
class RememberingWorkerTest {

  private static final ImagePlan PLAN = Pictures.raw(64);

  private final ImageWorkerPool pool =
      new ImageWorkerPool(
          Pictures.settings(1).withJvmOptions("-Dpairstream.worker.test-hooks=true"));
  private final byte[] photograph = Pictures.jpeg(Pictures.drawRgb(90, 70), false);
  private final RememberingWorker worker = new RememberingWorker(pool);
  private long askedBefore;

  @AfterAll
  void close() {
    pool.close();
  }

  @BeforeEach
  void count() {
    askedBefore = pool.counts().asked();
  }

  @Test
  void preparesAPictureUnderSeveralCaptionsOnce() {
    RememberingWorker fresh = new RememberingWorker(pool);

    Outcome<PreparedImage> first = prepare(fresh, photograph);
    for (int caption = 2; caption <= 5; caption++) {
      assertThat(prepare(fresh, photograph.clone())).isEqualTo(first);
    }

    assertThat(asked()).isEqualTo(1);
    assertThat(first).isEqualTo(prepare(pool, photograph));
  }

  @Test
  void remembersThatAPictureIsDamaged() {
    byte[] half = Arrays.copyOf(photograph, photograph.length / 2);
    byte[] closed = Pictures.withTrailer(half, "\u00ff\u00d9");

    Outcome<PreparedImage> first = prepare(worker, closed);

    assertThat(Pictures.reason(first)).isEqualTo(RejectReason.IMAGE_DAMAGED);
    assertThat(prepare(worker, closed)).isEqualTo(first);
    assertThat(asked()).isEqualTo(1);
  }

  @Test
  void triesAgainWhatCrashed() {
    byte[] faulty = Pictures.withTrailer(photograph, "PAIRSTREAM-TEST:halt");

    for (int caption = 1; caption <= 2; caption++) {
      assertThat(Pictures.reason(prepare(worker, faulty))).isEqualTo(RejectReason.DECODER_CRASH);
      assertThat(asked()).isEqualTo(2L * caption);
    }
  }

  @Test
  void tellsApartWhatIsAskedOfAPicture() {
    ImageToPrepare whole = ImageToPrepare.whole(Pictures.probe(photograph));
    ImageToPrepare part =
        new ImageToPrepare(whole.image(), new PixelBox(8, 4, 40, 40), whole.tokenIds());
    List<Outcome<PreparedImage>> answers =
        List.of(
            worker.prepare(whole, PLAN),
            worker.prepare(part, PLAN),
            worker.prepare(whole, Pictures.raw(32)),
            prepare(worker, Pictures.jpeg(Pictures.drawRgb(90, 71), false)));

    assertThat(asked()).isEqualTo(4);
    assertThat(answers).doesNotHaveDuplicates();
    assertThat(worker.prepare(part, PLAN)).isEqualTo(pool.prepare(part, PLAN));
  }

  @Test
  void asksAnewWhereModelsSeeTheCaption() {
    ImageToPrepare seen =
        new ImageToPrepare(Pictures.probe(photograph), PixelBox.WHOLE, List.of(1, 2, 3));

    worker.prepare(seen, PLAN);
    worker.prepare(seen, PLAN);

    assertThat(asked()).isEqualTo(2);
  }

  @Test
  void forgetsWhatWasAskedForLongestAgo() {
    byte[] other = Pictures.jpeg(Pictures.drawRgb(91, 70), false);
    byte[] third = Pictures.jpeg(Pictures.drawRgb(92, 70), false);
    int picture = 64 * 64 * 3;
    RememberingWorker two =
        new RememberingWorker(pool, 2L * (photograph.length + picture) + 4 * 1024);

    prepare(two, photograph);
    prepare(two, other);
    prepare(two, photograph);
    prepare(two, third);
    assertThat(asked()).isEqualTo(3);

    prepare(two, photograph);
    prepare(two, third);
    assertThat(asked()).isEqualTo(3);
    prepare(two, other);
    assertThat(asked()).isEqualTo(4);
  }

  private long asked() {
    return pool.counts().asked() - askedBefore;
  }

  private static Outcome<PreparedImage> prepare(ImageWorker with, byte[] file) {
    return Pictures.prepare(with, file, PLAN);
  }
}
