package io.pairstream.image.model;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.image.Pictures;
import io.pairstream.image.card.InvalidCardException;
import io.pairstream.image.card.ProcessCard;
import java.util.List;

/** Models of cards, each in one real process that obeys the faults in its pictures. */
final class RunModels {

  private RunModels() {}

  static ModelPool pool(ProcessCard card) {
    return new ModelPool(
        card, Pictures.settings(1).withJvmOptions("-Dpairstream.worker.test-hooks=true"), 1);
  }

  static List<ModelAnswer> ask(ProcessCard card, ModelQuestion... questions) {
    try (ModelPool pool = pool(card)) {
      return pool.ask(List.of(questions));
    }
  }

  /** Checks that a card is refused before any question. */
  static void refuses(ProcessCard card, String message) {
    try (ModelPool pool = pool(card)) {
      assertThatThrownBy(pool::rehearse)
          .isInstanceOf(InvalidCardException.class)
          .hasMessageContaining(message);
    }
  }
}
