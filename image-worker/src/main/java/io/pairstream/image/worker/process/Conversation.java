package io.pairstream.image.worker.process;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Platform;
import io.pairstream.image.protocol.WorkerMessage;
import io.pairstream.image.protocol.WorkerProtocol;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A worker's side of {@link WorkerProtocol}: answers requests from stdin, one after the other,
 * until stdin ends; filters the process's system calls with the first.
 */
final class Conversation {

  private static final int BUFFER_BYTES = 64 * 1024;

  /** Event of a pipe without readers: Linux, poll(2). */
  private static final int POLLHUP = 16;

  /** Command for a pipe's size: Linux, fcntl(2). */
  private static final int F_GETPIPE_SZ = 1032;

  private final int pipeBytes = pipeBytes();
  private final FileOutputStream stderr = new FileOutputStream(FileDescriptor.err);
  private final DataOutputStream out =
      new DataOutputStream(
          new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES));
  private final ByteArrayOutputStream frame = new ByteArrayOutputStream();

  private Conversation() {}

  /** Work on requests, one after the other. */
  interface Work {

    /** Loads what the first request needs, and says in words what it is. */
    String open();

    /**
     * Reads the first request, which the client has made up, and answers it.
     *
     * @param filter filters system calls; run once, before anything of a stranger's is touched
     */
    WorkerMessage first(DataInputStream in, Runnable filter) throws IOException;

    /** Reads a request to its end and answers it. */
    WorkerMessage next(DataInputStream in) throws IOException;
  }

  /**
   * Serves until the client is done.
   *
   * @param token argument of the start
   * @param filter {@link WorkerProtocol#FILTER}, or anything else for none
   */
  static void hold(String token, String filter, Work work) throws IOException {
    boolean toFilter = filter.equals(WorkerProtocol.FILTER);
    FutureTask<Void> late = new FutureTask<>(LateParts::loadJava, null);
    if (toFilter) {
      new Thread(late, "late-parts").start();
    }
    if (Platform.isLinux()) {
      Thread watch = new Thread(Conversation::endWithParent, "parent-watch");
      watch.setDaemon(true);
      watch.start();
    }
    DataInputStream in =
        new DataInputStream(new BufferedInputStream(new Pipe(FileDescriptor.in), BUFFER_BYTES));
    Conversation conversation = new Conversation();
    LateParts.compareVersions();
    System.err.println(work.open());
    conversation.stderr.write(WorkerProtocol.mark(WorkerProtocol.token(token)));
    try {
      conversation.send(work.first(in, () -> filter(late, toFilter)));
      while (true) {
        conversation.send(work.next(in));
      }
    } catch (EOFException e) {
      // The client is done with this worker. Halting skips native destructors, which have nothing
      // to save and may hang.
      Runtime.getRuntime().halt(0);
    }
  }

  private static void filter(FutureTask<Void> late, boolean toFilter) {
    if (toFilter) {
      await(late);
      LateParts.loadNatives();
      LateParts.loadNoMore();
      SystemCallFilter.install();
    }
  }

  private void send(WorkerMessage reply) throws IOException {
    frame.reset();
    reply.writeTo(new DataOutputStream(frame));
    boolean first = Integer.BYTES + frame.size() <= pipeBytes;
    if (first) {
      sendFrame();
    }
    stderr.write(WorkerProtocol.mark(reply.token()));
    if (!first) {
      sendFrame();
    }
  }

  private void sendFrame() throws IOException {
    out.writeInt(frame.size());
    frame.writeTo(out);
    out.flush();
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

  private static void await(FutureTask<Void> loading) {
    try {
      loading.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "what is needed later cannot be loaded: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while loading what is needed later", e);
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
