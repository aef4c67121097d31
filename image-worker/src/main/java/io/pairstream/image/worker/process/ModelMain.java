package io.pairstream.image.worker.process;

import io.pairstream.image.protocol.Failure;
import io.pairstream.image.protocol.ModelProtocol.Item;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ModelProtocol.ModelReply;
import io.pairstream.image.protocol.ModelProtocol.ModelRequest;
import io.pairstream.image.protocol.ModelProtocol.NoAnswer;
import io.pairstream.image.protocol.WorkerProtocol;
import io.pairstream.image.worker.models.AskedModel;
import io.pairstream.image.worker.models.ModelLoader;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.List;
import org.bytedeco.opencv.global.opencv_core;

/**
 * One model process: answers questions from stdin, batch after batch, until stdin ends.
 *
 * <p>Arguments: the token of the start, an empty one, and whether to {@link WorkerProtocol#FILTER}
 * its system calls, before a byte of the model is looked at.
 */
public final class ModelMain {

  private ModelMain() {}

  /** Runs the process. */
  public static void main(String[] args) throws IOException {
    // Nothing but frames may reach the real stdout.
    System.setOut(System.err);
    Conversation.hold(args[0], args[2], new Answers());
  }

  /** Loads the model that the first request names, and asks it. */
  static class Answers implements Conversation.Work {

    private final TestHooks hooks = TestHooks.fromProperties();
    private AskedModel model;
    private String refusal = "no request has named a model";

    @Override
    public String open() {
      // Threads of OpenCV would start no sooner than a large picture comes, which the filter
      // forbids.
      opencv_core.setNumThreads(1);
      return "model process";
    }

    @Override
    public ModelReply first(DataInputStream in, Runnable filter) throws IOException {
      ModelRequest request = ModelRequest.readFrom(in);
      ModelLoader loader = new ModelLoader(request.plan().orElseThrow());
      filter.run();
      try {
        model = loaded(loader);
      } catch (RuntimeException | StackOverflowError | LinkageError e) {
        refusal = String.valueOf(e.getMessage());
      }
      return reply(request);
    }

    @Override
    public ModelReply next(DataInputStream in) throws IOException {
      return reply(ModelRequest.readFrom(in));
    }

    private ModelReply reply(ModelRequest request) {
      for (Item item : request.items()) {
        item.picture().ifPresent(picture -> hooks.before(picture.bytes().bytes()));
      }
      List<ItemReply> replies =
          model == null
              ? request.items().stream()
                  .<ItemReply>map(item -> new NoAnswer(Failure.REFUSED, refusal))
                  .toList()
              : model.ask(request.items());
      return new ModelReply(request.token(), replies);
    }

    AskedModel loaded(ModelLoader loader) {
      return loader.load();
    }
  }
}
