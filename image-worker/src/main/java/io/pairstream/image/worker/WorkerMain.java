package io.pairstream.image.worker;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Platform;
import io.pairstream.image.protocol.ImageWindow;
import io.pairstream.image.protocol.WorkerProtocol;
import io.pairstream.image.protocol.WorkerProtocol.Answer;
import io.pairstream.image.protocol.WorkerProtocol.Request;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * One worker: prepares images from stdin, one after the other, until stdin ends.
 *
 * <p>Arguments: the token of the start, the window, and whether to {@link #FILTER} its system calls
 * once the first image is prepared, which is one that is known to be good. Speaks {@link
 * WorkerProtocol}.
 *
 * <p>Alone, {@link #UNPACK} lays the native libraries into their folder, and {@link #TRY} finds out
 * whether all that a worker reads can be read and the filter installed: the exit status is {@link
 * #UNFILTERED} where only the latter fails, for the reason on stderr.
 */
public final class WorkerMain {

  /** As the last of three arguments; anything else for none. */
  public static final String FILTER = "filter";

  /** As the only argument. */
  public static final String UNPACK = "unpack";

  /** As the only argument. */
  public static final String TRY = "try";

  /** Exit status of a trial. */
  public static final int UNFILTERED = 4;

  private static final int BUFFER_BYTES = 64 * 1024;

  /** Event of a pipe without readers: Linux, poll(2). */
  private static final int POLLHUP = 16;

  /** Command for a pipe's size: Linux, fcntl(2). */
  private static final int F_GETPIPE_SZ = 1032;

  private WorkerMain() {}

  /** Runs the worker. */
  public static void main(String[] args) throws IOException {
    // Nothing but frames may reach the real stdout.
    System.setOut(System.err);
    switch (args[0]) {
      case UNPACK -> LateParts.unpack();
      case TRY -> tryOut();
      default -> serve(args);
    }
  }

  private static void tryOut() {
    LateParts.openClassPath();
    try {
      SystemCallFilter.install();
    } catch (IllegalStateException | LinkageError e) {
      System.err.println(e.getMessage());
      Runtime.getRuntime().halt(UNFILTERED);
    }
    Runtime.getRuntime().halt(0);
  }

  private static void serve(String[] args) throws IOException {
    boolean toFilter = args[2].equals(FILTER);
    FutureTask<Void> late = new FutureTask<>(LateParts::loadJava, null);
    if (toFilter) {
      new Thread(late, "late-parts").start();
    }
    if (Platform.isLinux()) {
      Thread watch = new Thread(WorkerMain::endWithParent, "parent-watch");
      watch.setDaemon(true);
      watch.start();
    }

    int pipeBytes = pipeBytes();
    ByteBuffer window = ImageWindow.view(args[1]);

    FileOutputStream stderr = new FileOutputStream(FileDescriptor.err);
    DataOutputStream out =
        new DataOutputStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES));
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    DataInputStream in =
        new DataInputStream(new BufferedInputStream(new Pipe(FileDescriptor.in), BUFFER_BYTES));

    LateParts.compareVersions();
    ImagePreparer preparer = new ImagePreparer();
    System.err.println(preparer.codecs());
    TestHooks hooks = TestHooks.fromProperties();
    stderr.write(WorkerProtocol.mark(WorkerProtocol.token(args[0])));
    boolean filtered = false;
    try {
      while (true) {
        Request request = Request.readFrom(in, window);
        hooks.before(request.image().image().encoded().bytes());
        request.newPlan().forEach(preparer::follow);
        Answer answer =
            Answer.of(
                request.token(),
                preparer.prepare(request.image(), request.seenIn(window).orElse(null)));
        if (toFilter && !filtered) {
          LateParts.loadNatives();
          LateParts.loadNoMore();
          await(late);
          SystemCallFilter.install();
          filtered = true;
        }
        frame.reset();
        answer.writeTo(new DataOutputStream(frame));
        boolean first = Integer.BYTES + frame.size() <= pipeBytes;
        if (first) {
          send(frame, out);
        }
        stderr.write(WorkerProtocol.mark(request.token()));
        if (!first) {
          send(frame, out);
        }
      }
    } catch (EOFException e) {
      // The client is done with this worker. Halting skips native destructors, which have nothing
      // to save and may hang.
      Runtime.getRuntime().halt(0);
    }
  }

  /**
   * Ends this process soon after its parent: waits on another thread for the end of stdin without
   * reading it, since the main thread may be inside a codec, and the parent's process is not
   * visible.
   */
  private static void endWithParent() {
    Memory stdin = new Memory(8);
    stdin.clear();
    Function poll = Function.getFunction("c", "poll");
    do {
      poll.invokeInt(new Object[] {stdin, 1L, -1});
    } while ((stdin.getShort(6) & POLLHUP) == 0);
    Runtime.getRuntime().halt(0);
  }

  /** Bytes that stdout holds before its writer blocks; 0 where unknown. */
  private static int pipeBytes() {
    return Platform.isLinux()
        ? Math.max(0, Function.getFunction("c", "fcntl").invokeInt(new Object[] {1, F_GETPIPE_SZ}))
        : 0;
  }

  private static void send(ByteArrayOutputStream frame, DataOutputStream out) throws IOException {
    out.writeInt(frame.size());
    frame.writeTo(out);
    out.flush();
  }

  private static void await(FutureTask<Void> loading) {
    try {
      loading.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException("what is needed later cannot be loaded", e);
    }
  }

  /** A pipe that reports no available bytes: a filtered process cannot ask. */
  private static final class Pipe extends FileInputStream {

    Pipe(FileDescriptor end) {
      super(end);
    }

    @Override
    public int available() {
      return 0;
    }
  }
}
