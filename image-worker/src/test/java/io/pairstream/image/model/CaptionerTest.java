package io.pairstream.image.model;

import static io.pairstream.image.model.RunModels.ask;
import static io.pairstream.image.model.RunModels.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.image.Pictures;
import io.pairstream.image.card.Cards;
import io.pairstream.image.card.ProcessCard;
import io.pairstream.image.model.ModelAnswer.Answered;
import io.pairstream.image.model.ModelAnswer.Failed;
import io.pairstream.image.protocol.Failure;
import io.pairstream.image.protocol.ModelProtocol.Given;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ModelProtocol.ModelReply;
import io.pairstream.image.protocol.ModelProtocol.Written;
import io.pairstream.image.protocol.ShownPicture;
import io.pairstream.image.protocol.WorkerProtocol.OddAnswerException;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A tiny captioner in a real process. */
class CaptionerTest {

  private static final String DECODER = "caption-decoder";

  @TempDir private Path folder;

  private static ModelQuestion flat(int red, int green, int blue) {
    byte[] file = Pictures.png(Pictures.flat(new Color(red, green, blue), 20, 20), false);
    return new ModelQuestion(ShownPicture.file(file), null);
  }

  private static String caption(ModelAnswer answer) {
    return ((Answered) answer).texts().get("caption");
  }

  private static Failure failure(ModelAnswer answer) {
    return ((Failed) answer).reason();
  }

  /** The roots of what is black are NaN, and so is all that the decoder says of them. */
  @Test
  void pictureOfWhichItMakesNoNumberCostsItselfAnAnswerAlone() throws IOException {
    ProcessCard card =
        Cards.captioner(
            folder, DECODER, "  beams: 4\n  length-penalty: 2.5\n  prompt: 6, 9\n  mask: \"\"\n");
    ModelQuestion broken = new ModelQuestion(ShownPicture.file(new byte[] {1, 2}), null);

    List<ModelAnswer> answers =
        ask(card, flat(250, 20, 30), flat(0, 0, 0), broken, flat(250, 20, 30));

    assertThat(caption(answers.get(0)))
        .startsWith("green cat red red red houses cats cats")
        .isEqualTo(caption(answers.get(3)));
    assertThat(failure(answers.get(1))).isEqualTo(Failure.ODD_ANSWER);
    assertThat(failure(answers.get(2))).isEqualTo(Failure.UNREADABLE);
  }

  /** The first picture's text begins with padding, a special token, and may have one id. */
  @Test
  void captionWithoutAWordIsOdd() throws IOException {
    ProcessCard card = Cards.captioner(folder, DECODER, "  most-tokens: 1\n");

    List<ModelAnswer> answers = ask(card, flat(20, 250, 60), flat(250, 20, 30));

    assertThat(answers.get(0)).isEqualTo(ReplyCheck.WORDLESS);
    assertThat(caption(answers.get(1))).isEqualTo(".");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "caption-decoder | encoded: pooled | the card names the output pooled of",
        "caption-decoder | mask: some_mask | the card names the inputs [encoder_hidden_states,",
        "caption-decoder | logits: scores | decoder.onnx, which gives [logits]",
        "caption-encoder | mask: \"\" | the card names the inputs [encoder_hidden_states, input",
        "unknown-operator | mask: \"\" | NoSuchOperator",
      })
  void cardThatDoesNotFitItsGraphsIsRefused(String decoder, String key, String message)
      throws IOException {
    refuses(Cards.captioner(folder, decoder, "  " + key + "\n"), message);
  }

  @Test
  void vocabularyOfAnotherGraphIsRefused() throws IOException {
    Path yaml = folder.resolve("tiny.yaml");
    Cards.captioner(folder, DECODER, "");
    Files.writeString(
        yaml, Files.readString(yaml).replace("  file: tokenizer.json", "  tokenizer: gpt2"));

    refuses(
        Cards.read(yaml),
        "the decoder knows 20 ids, the vocabulary 50,257, and the end's is 2: the vocabulary is of");
  }

  @Test
  void decoderThatWasExchangedIsNotAsked() throws IOException {
    ProcessCard card = Cards.captioner(folder, DECODER, "");
    Files.write(folder.resolve("decoder.onnx"), new byte[] {1});

    refuses(card, "decoder.onnx of the card tiny has changed");
  }

  static Stream<ItemReply> lies() {
    return Stream.of(
        new Written(List.of(3, 20)),
        new Written(List.of(-1)),
        new Written(Collections.nCopies(21, 3)),
        Given.text("caption", "a cat"));
  }

  /** A process may be under an attacker's control, and says no word of its own. */
  @ParameterizedTest
  @MethodSource("lies")
  void whatTheVocabularyDoesNotSayIsOdd(ItemReply lie) throws Exception {
    ReplyCheck check = new ReplyCheck(Cards.captioner(folder, DECODER, ""));
    ItemReply honest = new Written(List.of(3, 5, 9, 10, 18));
    assertThat(caption(check.answers(new ModelReply(7, List.of(honest)), 7, 1).get(0)))
        .isEqualTo("a red cats.");

    assertThatThrownBy(() -> check.answers(new ModelReply(7, List.of(lie)), 7, 1))
        .isInstanceOf(OddAnswerException.class);
  }
}
