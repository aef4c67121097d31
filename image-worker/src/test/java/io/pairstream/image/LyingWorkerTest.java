package io.pairstream.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.PixelBox;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.GatedPair;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.image.protocol.WorkerProtocol.Answer;
import io.pairstream.image.protocol.WorkerProtocol.OddAnswerException;
import io.pairstream.image.protocol.WorkerProtocol.Request;
import io.pairstream.image.worker.process.LyingWorker;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A pool with a worker that an image has taken over. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LyingWorkerTest {

  private static final String RECIPE =
      """
      image:
        side-px: 64
        encoding: jpeg
      renditions:
        small:
          side-px: 32
          encoding: png
      """;

  private static final ImagePlan PLAN = ImagePlan.from(RecipeReader.parse("test.yaml", RECIPE));

  private final byte[] good = Pictures.jpeg(Pictures.drawRgb(90, 70), false);
  @AutoClose private ImageWorkerPool pool;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    pool = new ImageWorkerPool(Pictures.settings(classPath(folder), 1));
  }

  /** A class path for workers on which {@link LyingWorker} is found where the worker is sought. */
  static String classPath(Path folder) throws IOException {
    Path source = folder.resolve("WorkerMain.java");
    Files.writeString(
        source,
        """
        package io.pairstream.image.worker.process;

        public final class WorkerMain {
          public static void main(String[] args) throws Exception {
            LyingWorker.main(args);
          }
        }
        """);
    String tests =
        Path.of(LyingWorker.class.getProtectionDomain().getCodeSource().getLocation().getPath())
            .toString();
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-cp", tests, "-d", folder.toString(), source.toString());
    assertThat(status).isZero();
    return String.join(
        ":", folder.toString(), tests, System.getProperty("pairstream.worker.classpath"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "large", "largest", "padded", "html", "tail", "tail-with-end",
        "comment", "profile", "restart", "second", "rendition-tail", "rendition-text",
        "file-before", "size", "original-size", "no-measures", "more-measures", "nan",
        "endless", "negative", "other-part", "renditions", "no-renditions"
      })
  void seesThatAPreparedImageIsNotTheOneThatWasAskedFor(String lie) throws Exception {
    Request request = new Request(9, Optional.empty(), ImageToPrepare.whole(Pictures.probe(good)));
    PreparedImage honest = kept(good);
    PreparedImage other = LyingWorker.falsified(lie, honest, good);
    AnswerCheck.check(request, PLAN, new Answer(9, Outcome.kept(honest)));

    assertThatThrownBy(() -> AnswerCheck.check(request, PLAN, new Answer(9, Outcome.kept(other))))
        .isInstanceOf(OddAnswerException.class);
  }

  /** Any changed answer that passes the check is safe for every later step. */
  @Test
  void noAnswerThatPassesCrashesAStep() throws IOException {
    ProbedImage image = Pictures.probe(good);
    Request request = new Request(9, Optional.empty(), ImageToPrepare.whole(image));
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(new byte[Integer.BYTES]);
    new Answer(9, prepare(good)).writeTo(new DataOutputStream(frame));
    byte[] honest = frame.toByteArray();
    ByteBuffer.wrap(honest).putInt(0, honest.length - Integer.BYTES);
    Random random = new Random(44);
    AtomicReference<Outcome<PreparedImage>> next = new AtomicReference<>();
    CleaningPlan cleaning =
        new CleaningPlan(
            RecipeReader.parse("test.yaml", RECIPE),
            (asked, plan) -> next.get(),
            StepObserver.NONE);
    GatedPair pair =
        new GatedPair(
            image, PixelBox.WHOLE, new ReceivedCaption("A dog with a ball.", "en", ""), Set.of());
    Set<String> outcomes = new HashSet<>();
    int passed = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] changed = honest.clone();
      // The names and numbers stand at both ends, between them the pictures.
      int at = random.nextInt(600);
      changed[at < 100 ? at : changed.length - at + 99] ^= (byte) (1 << random.nextInt(8));
      try {
        Answer answer = Answer.readFrom(new DataInputStream(new ByteArrayInputStream(changed)));
        AnswerCheck.check(request, PLAN, answer);
        next.set(answer.outcome());
        outcomes.add(cleaning.clean(pair).toString());
        passed++;
      } catch (OddAnswerException | EOFException e) {
        // As most are.
      }
    }

    assertThat(passed).isBetween(100, 19_000);
    assertThat(outcomes).hasSizeGreaterThan(100);
  }

  @ParameterizedTest
  @EnumSource
  void seesThatNoDecoderGivesAReason(RejectReason reason) {
    Request request = new Request(9, Optional.empty(), ImageToPrepare.whole(Pictures.probe(good)));
    Answer answer = new Answer(9, Outcome.rejected(reason, "a lie"));
    Set<RejectReason> possible =
        Set.of(
            RejectReason.IMAGE_DAMAGED,
            RejectReason.IMAGE_COLOUR_MODEL_UNSUPPORTED,
            RejectReason.IMAGE_COLOUR_PROFILE_UNSUPPORTED,
            RejectReason.PREPARED_IMAGE_TOO_LARGE);

    if (possible.contains(reason)) {
      assertThatCode(() -> AnswerCheck.check(request, PLAN, answer)).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(() -> AnswerCheck.check(request, PLAN, answer))
          .isInstanceOf(OddAnswerException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"html", "token", "length", "exit"})
  void believesNoLieAndBlamesTheImageThatTakesTwoWorkersOver(String lie) {
    PreparedImage before = kept(good);
    long lost = pool.counts().odd() + pool.counts().crashed();

    Rejection rejection = Pictures.rejection(prepare(withOrder("LIE:" + lie)));

    assertThat(rejection.reason()).isEqualTo(RejectReason.DECODER_CRASH);
    assertThat(rejection.detail()).contains("twice");
    assertThat(pool.counts().odd() + pool.counts().crashed()).isEqualTo(lost + 2);
    assertThat(kept(good)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ahead", "file-before", "forbidden"})
  void asksAnotherWorkerWhereOneLiesOfALaterImage(String lie) {
    PreparedImage before = kept(good);
    long odd = pool.counts().odd();

    assertThat(kept(withOrder("LIE-LATER:" + lie))).isEqualTo(before);
    assertThat(kept(good)).isEqualTo(before);
    assertThat(kept(good)).isEqualTo(before);

    assertThat(pool.counts().odd()).isEqualTo(odd + 1);
  }

  @Test
  void confirmsByAFreshWorkerAndEndsThoseThatSayOtherwise() {
    PreparedImage before = kept(good);
    kept(withOrder("LIE-LATER:hash"));
    Outcome<PreparedImage> lie = prepare(good);
    assertThat(Pictures.kept(lie).perceptualHash()).isNotEqualTo(before.perceptualHash());

    Outcome<PreparedImage> confirmed =
        pool.confirm(ImageToPrepare.whole(Pictures.probe(good)), PLAN, lie);

    assertThat(Pictures.kept(confirmed)).isEqualTo(before);
    assertThat(kept(good)).isEqualTo(before);
  }

  private byte[] withOrder(String order) {
    return Pictures.withTrailer(good, order);
  }

  private PreparedImage kept(byte[] file) {
    return Pictures.kept(prepare(file));
  }

  private Outcome<PreparedImage> prepare(byte[] file) {
    return pool.prepare(ImageToPrepare.whole(Pictures.probe(file)), PLAN);
  }
}
