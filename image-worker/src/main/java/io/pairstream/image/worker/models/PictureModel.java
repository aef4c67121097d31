package io.pairstream.image.worker.models;

import io.pairstream.image.protocol.Failure;
import io.pairstream.image.protocol.ModelProtocol.Item;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ModelProtocol.NoAnswer;
import io.pairstream.image.protocol.ShownPicture;
import io.pairstream.image.worker.pixels.StoredPixels.UnreadableException;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;

/** A model that answers about one picture after the other. */
abstract class PictureModel implements AskedModel {

  /**
   * Answers about a picture, in a scope of its own.
   *
   * @throws UnreadableException where the picture cannot be decoded
   * @throws ArithmeticException where the model gives what is no answer
   */
  abstract ItemReply ask(ShownPicture picture) throws UnreadableException;

  @Override
  public final List<ItemReply> ask(List<Item> items) {
    return items.stream().map(item -> reply(item.picture().orElseThrow())).toList();
  }

  @SuppressWarnings("try") // the scope works by being open
  private ItemReply reply(ShownPicture picture) {
    try (PointerScope scope = new PointerScope()) {
      return ask(picture);
    } catch (UnreadableException e) {
      return new NoAnswer(Failure.UNREADABLE, e.getMessage());
    } catch (ArithmeticException e) {
      return new NoAnswer(Failure.ODD_ANSWER, e.getMessage());
    } catch (RuntimeException e) {
      return OnnxRuntime.failed(e);
    }
  }
}
