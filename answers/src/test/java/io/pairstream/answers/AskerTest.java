package io.pairstream.answers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.image.card.InvalidCardException;
import io.pairstream.image.model.ModelQuestion;
import io.pairstream.service.report.Obstacle;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class AskerTest {

  private final CountingModel model =
      new CountingModel(CountingModel.card("words", false, true, ""));

  @Test
  void theModelHasAHalfToGoOnWithWhileTheAnswersToTheOtherAreCommitted() {
    try (Asker asker = asker(4, 9)) {
      assertThat(asked(asker)).isEqualTo(2);
      assertThat(asked(asker)).isEqualTo(2);
      assertThat(asked(asker)).as("a batch is with the model").isZero();

      asker.awaitAnswers(System.nanoTime() + Duration.ofSeconds(30).toNanos());
      assertThat(asked(asker)).as("what is answered is not committed").isZero();

      assertThat(asker.take()).isNotEmpty();
      assertThat(asked(asker)).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "5, 4", "8, 8"})
  void noMoreThanABatchIsWithTheModel(int batch, int atMost) {
    try (Asker asker = asker(batch, 20)) {
      int all = 0;
      for (int more = asked(asker); more > 0; more = asked(asker)) {
        all += more;
      }

      assertThat(all).isEqualTo(atMost);
    }
  }

  @Test
  void aModelThatAnswersNothingForMinutesIsAnObstacleOfItsOwnName() {
    CountDownLatch end = new CountDownLatch(1);
    CountingModel stuck =
        new CountingModel(
            CountingModel.card("loops", false, true, ""), name -> awaitUninterruptibly(end));
    long now = System.nanoTime();
    long minute = Duration.ofMinutes(1).toNanos();
    try (Asker asker = new Asker(stuck, 1, Duration.ZERO)) {
      assertThat(asker.busy(now)).isEmpty();
      assertThat(asker.busy(now + 9 * minute)).as("it was asked nothing").isEmpty();
      asker.add(new Question("a", new Shown("a", new ModelQuestion(null, "a")), null, 0, now, now));
      assertThat(asked(asker)).isEqualTo(1);
      long stuckSince = now + 9 * minute;

      assertThat(asker.busy(stuckSince + minute / 2)).isEmpty();
      assertThat(asker.busy(stuckSince + 4 * minute).map(Obstacle::text))
          .contains(
              "the model loops has answered no question for 4 min; its card allows 1 s for each");
    } finally {
      end.countDown();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Others are asked on; a card that does not fit its model is the user's to change. */
  @Test
  void anUnforeseenFaultOfAModelIsAsIfItWereAway() {
    try (Asker asker = asker(model.stumbling(new IllegalStateException("odd")), 2, 1)) {
      assertThat(asked(asker)).isEqualTo(1);
      asker.awaitAnswers(System.nanoTime() + Duration.ofSeconds(30).toNanos());

      assertThat(asker.take()).isEmpty();
      assertThat(asker.waiting()).hasSize(1);
      assertThat(asker.away().orElseThrow()).hasMessageContaining("words cannot be asked: ");
    }
    try (Asker asker = asker(model.stumbling(new InvalidCardException("no")), 2, 1)) {
      assertThat(asked(asker)).isEqualTo(1);
      asker.awaitAnswers(System.nanoTime() + Duration.ofSeconds(30).toNanos());

      assertThatThrownBy(asker::take).isInstanceOf(InvalidCardException.class);
    }
  }

  private Asker asker(int batch, int questions) {
    return asker(model, batch, questions);
  }

  private static Asker asker(CountingModel model, int batch, int questions) {
    Asker asker = new Asker(model, batch, Duration.ZERO);
    long now = System.nanoTime();
    IntStream.range(0, questions)
        .mapToObj(String::valueOf)
        .forEach(
            i ->
                asker.add(
                    new Question(i, new Shown(i, new ModelQuestion(null, i)), null, 0, now, now)));
    return asker;
  }

  /** Asks what is due; answers how many questions that is. */
  private static int asked(Asker asker) {
    List<Question> due = asker.due(System.nanoTime());
    if (!due.isEmpty()) {
      asker.ask(due, new LongAdder());
    }
    return due.size();
  }
}
