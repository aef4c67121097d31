package io.pairstream.image.worker.process;

import io.pairstream.image.protocol.ImageWindow;
import io.pairstream.image.protocol.WorkerProtocol;
import io.pairstream.image.protocol.WorkerProtocol.Answer;
import io.pairstream.image.protocol.WorkerProtocol.Request;
import io.pairstream.image.worker.pixels.ImagePreparer;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One worker: prepares images from stdin, one after the other, until stdin ends.
 *
 * <p>Arguments: the token of the start, the window, and whether to {@linkplain
 * WorkerProtocol#FILTER filter} its system calls once the first image is prepared, which is one
 * that is known to be good. Speaks {@link WorkerProtocol}.
 *
 * <p>Alone, {@link WorkerProtocol#UNPACK} lays the native libraries into their folder, and {@link
 * WorkerProtocol#TRY} finds out whether all that a worker reads can be read and the filter
 * installed: the exit status is {@link WorkerProtocol#UNFILTERED} where only the latter fails, for
 * the reason on stderr.
 */
public final class WorkerMain {

  private WorkerMain() {}

  /** Runs the worker. */
  public static void main(String[] args) throws IOException {
    // Nothing but frames may reach the real stdout.
    System.setOut(System.err);
    switch (args[0]) {
      case WorkerProtocol.UNPACK -> unpack();
      case WorkerProtocol.TRY -> tryOut();
      default -> serve(args);
    }
  }

  private static void unpack() {
    try {
      LateParts.unpack();
    } catch (LinkageError e) {
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      System.err.println("the image libraries do not load: " + root.getMessage());
      Runtime.getRuntime().halt(1);
    }
  }

  private static void tryOut() {
    LateParts.openClassPath();
    try {
      SystemCallFilter.install();
    } catch (IllegalStateException | LinkageError e) {
      System.err.println(e.getMessage());
      Runtime.getRuntime().halt(WorkerProtocol.UNFILTERED);
    }
    Runtime.getRuntime().halt(0);
  }

  private static void serve(String[] args) throws IOException {
    ByteBuffer window = ImageWindow.view(args[1]);
    Conversation.hold(args[0], args[2], new Pictures(window));
  }

  private static final class Pictures implements Conversation.Work {

    private final ByteBuffer window;
    private final TestHooks hooks = TestHooks.fromProperties();
    private ImagePreparer preparer;

    Pictures(ByteBuffer window) {
      this.window = window;
    }

    @Override
    public String open() {
      preparer = new ImagePreparer();
      return preparer.codecs();
    }

    /** The first picture is one that is known to be good. */
    @Override
    public Answer first(DataInputStream in, Runnable filter) throws IOException {
      Answer answer = next(in);
      filter.run();
      return answer;
    }

    @Override
    public Answer next(DataInputStream in) throws IOException {
      Request request = Request.readFrom(in, window);
      hooks.before(request.image().image().encoded().bytes());
      request.newPlan().ifPresent(preparer::follow);
      return new Answer(
          request.token(), preparer.prepare(request.image(), request.seenIn(window).orElse(null)));
    }
  }
}
