package io.pairstream.image.worker;

import io.pairstream.image.model.Failure;
import io.pairstream.image.protocol.ModelProtocol.Item;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ModelProtocol.ModelReply;
import io.pairstream.image.protocol.ModelProtocol.ModelRequest;
import io.pairstream.image.protocol.ModelProtocol.Plan;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.List;
import org.bytedeco.opencv.global.opencv_core;

/**
 * One model process: answers questions from stdin, batch after batch, until stdin ends.
 *
 * <p>Arguments: the token of the start, an empty one, and whether to {@link WorkerMain#FILTER} its
 * system calls once the first request is answered, which is one that the client has made.
 */
public final class ModelMain {

  private ModelMain() {}

  /** Runs the process. */
  public static void main(String[] args) throws IOException {
    // Nothing but frames may reach the real stdout.
    System.setOut(System.err);
    Conversation.hold(args[0], args[2], new Answers());
  }

  private static final class Answers implements Conversation.Work {

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
    public ModelReply next(DataInputStream in) throws IOException {
      ModelRequest request = ModelRequest.readFrom(in);
      request.plan().forEach(this::load);
      for (Item item : request.items()) {
        item.picture().forEach(picture -> hooks.before(picture.bytes().bytes()));
      }
      List<ItemReply> replies =
          model == null
              ? request.items().stream()
                  .map(item -> ItemReply.failed(Failure.REFUSED, refusal))
                  .toList()
              : model.ask(request.items());
      return new ModelReply(request.token(), replies);
    }

    private void load(Plan plan) {
      try {
        model =
            switch (plan.kind()) {
              case ONNX -> new OnnxModel(plan);
              case CASCADE -> new CascadeModel(plan);
              case OCR -> new TextModel(plan);
              case CAPTIONER -> new CaptionModel(plan);
              case API -> throw new IllegalStateException("an API has no process");
            };
      } catch (IOException | RuntimeException e) {
        refusal = String.valueOf(e.getMessage());
      }
    }
  }
}
