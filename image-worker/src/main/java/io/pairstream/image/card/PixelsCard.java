package io.pairstream.image.card;

import io.pairstream.image.plan.ModelPlan;
import io.pairstream.image.plan.PixelMaking;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ModelProtocol.Pixels;
import io.pairstream.image.protocol.ShownPicture;
import io.pairstream.image.protocol.WorkerProtocol.OddAnswerException;
import java.time.Duration;
import java.util.List;

/** The decoder of a {@link PythonCard}'s pictures, which nothing but it is asked. */
public record PixelsCard(CardFacts facts, PixelMaking task) implements ProcessCard {

  /** Time for a picture of 50 megapixels, and more. */
  private static final Duration FOR_A_PICTURE = Duration.ofSeconds(5);

  /** The decoder for a card. */
  public static PixelsCard of(PythonCard card) {
    return new PixelsCard(
        new CardFacts(card.name(), List.of(), "", "", "", List.of(), 1, FOR_A_PICTURE, "", false),
        new PixelMaking(card.fitted()));
  }

  @Override
  public ModelPlan plan(int threads) {
    return new ModelPlan("", List.of(), threads, List.of(), task);
  }

  @Override
  public ItemReply inWords(ItemReply reply) throws OddAnswerException {
    if (!(reply instanceof Pixels made) || !isWhole(made.picture())) {
      throw new OddAnswerException("it is no picture");
    }
    return reply;
  }

  private static boolean isWhole(ShownPicture picture) {
    return picture.isPixels()
        && picture.width() > 0
        && picture.height() > 0
        && picture.channels() == 3
        && 3L * picture.width() * picture.height() == picture.bytes().size();
  }
}
