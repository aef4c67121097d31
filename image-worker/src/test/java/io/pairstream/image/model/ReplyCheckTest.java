package io.pairstream.image.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.image.card.Cards;
import io.pairstream.image.model.ModelAnswer.Answered;
import io.pairstream.image.model.ModelAnswer.Failed;
import io.pairstream.image.protocol.Failure;
import io.pairstream.image.protocol.ModelProtocol.Given;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ModelProtocol.ModelReply;
import io.pairstream.image.protocol.ModelProtocol.NoAnswer;
import io.pairstream.image.protocol.ModelProtocol.Written;
import io.pairstream.image.protocol.WorkerProtocol.OddAnswerException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReplyCheckTest {

  private static final Given HONEST = item(Map.of("n", 0.5), "dog", List.of(1.0, 2.0));

  private ReplyCheck check;

  @BeforeEach
  void readCard(@TempDir Path folder) throws IOException {
    check =
        new ReplyCheck(
            Cards.card(
                folder,
                "shown",
                """
                picture:
                  tensor: pixels
                outputs:
                  n:
                    tensor: mean
                  kind:
                    tensor: mean
                    as: label
                    labels: cat, dog
                  v:
                    tensor: mean
                    as: vector
                """));
  }

  private static Given item(Map<String, Double> numbers, String label, List<Double> vector) {
    return new Given(numbers, Map.of("kind", label), Map.of("v", vector), Map.of());
  }

  @Test
  void honestReplyIsTaken() throws OddAnswerException {
    ItemReply failed = new NoAnswer(Failure.UNREADABLE, "no\u0007picture");

    List<ModelAnswer> answers = check.answers(new ModelReply(7, List.of(HONEST, failed)), 7, 2);

    assertThat(answers.get(0))
        .isInstanceOfSatisfying(
            Answered.class,
            answered -> {
              assertThat(answered.numbers()).containsExactly(Map.entry("n", 0.5));
              assertThat(answered.labels()).containsExactly(Map.entry("kind", "dog"));
              assertThat(answered.vectors().get("v")).containsExactly(1, 2);
            });
    assertThat(answers.get(1)).isEqualTo(new Failed(Failure.UNREADABLE, "no picture"));
  }

  static Stream<ItemReply> lies() {
    return Stream.of(
        item(Map.of(), "dog", List.of(1.0, 2.0)),
        item(Map.of("n", 1.0, "m", 1.0), "dog", List.of(1.0, 2.0)),
        item(Map.of("n", Double.NaN), "dog", List.of(1.0, 2.0)),
        item(Map.of("n", 1.0), "cow", List.of(1.0, 2.0)),
        item(Map.of("n", 1.0), "dog", List.of()),
        item(Map.of("n", 1.0), "dog", List.of(1.0)),
        item(Map.of("n", 1.0), "dog", List.of(1.0, 1e300)),
        item(Map.of("n", 1.0), "dog", Collections.nCopies(1_025, 1.0)),
        new Given(HONEST.numbers(), HONEST.labels(), HONEST.vectors(), Map.of("t", "text")),
        new Written(List.of(1)),
        new NoAnswer(Failure.CRASHED, ""));
  }

  @ParameterizedTest
  @MethodSource("lies")
  void whatTheCardDoesNotSayIsOdd(ItemReply lie) throws OddAnswerException {
    assertThat(check.answers(new ModelReply(7, List.of(HONEST)), 7, 1)).hasSize(1);

    assertThatThrownBy(() -> check.answers(new ModelReply(7, List.of(lie)), 7, 1))
        .isInstanceOf(OddAnswerException.class);
  }

  @Test
  void replyToAnotherRequestOrOfOtherLengthIsOdd() {
    ModelReply reply = new ModelReply(7, List.of(HONEST));

    assertThatThrownBy(() -> check.answers(reply, 8, 1)).hasMessage("it is to another request");
    assertThatThrownBy(() -> check.answers(reply, 7, 2))
        .hasMessage("it has 1 answers to 2 questions");
  }
}
