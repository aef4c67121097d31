package io.pairstream.image.worker;

import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.image.protocol.ImageWindow;
import io.pairstream.image.protocol.WorkerAnswer;
import io.pairstream.image.protocol.WorkerProtocol;
import io.pairstream.image.protocol.WorkerRequest;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One worker: prepares images from stdin, one after the other, until stdin ends.
 *
 * <p>Arguments: the token of the start, the parent's process id, and the window. Speaks {@link
 * WorkerProtocol}.
 */
public final class WorkerMain {

  private static final int BUFFER_BYTES = 64 * 1024;

  private WorkerMain() {}

  /** Runs the worker. */
  public static void main(String[] args) throws IOException {
    // Nothing but frames may reach the real stdout.
    System.setOut(System.err);
    ParentWatch.start(Long.parseLong(args[1]));

    int pipeBytes = PipeCapacity.ofStdout();
    ByteBuffer window = ImageWindow.view(args[2]);

    FileOutputStream stderr = new FileOutputStream(FileDescriptor.err);
    FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    DataInputStream in =
        new DataInputStream(
            new BufferedInputStream(new FileInputStream(FileDescriptor.in), BUFFER_BYTES));

    ImagePreparer preparer = new ImagePreparer();
    System.err.println(preparer.codecs());
    TestHooks hooks = TestHooks.fromProperties();
    stderr.write(WorkerProtocol.mark(WorkerProtocol.token(args[0])));
    WorkerProtocol.writeHello(new DataOutputStream(out));
    try {
      while (true) {
        WorkerRequest request = WorkerRequest.readFrom(in, window);
        hooks.before(request.image());
        Optional<ImagePlan> newPlan = request.newPlan();
        newPlan.ifPresent(preparer::follow);
        WorkerAnswer answer = WorkerAnswer.of(preparer.prepare(request));
        frame.reset();
        answer.writeTo(new DataOutputStream(frame));
        boolean first = frame.size() <= pipeBytes;
        if (first) {
          frame.writeTo(out);
        }
        stderr.write(WorkerProtocol.mark(request.token()));
        if (!first) {
          frame.writeTo(out);
        }
      }
    } catch (EOFException e) {
      // The client is done with this worker. Halting skips native destructors, which have nothing
      // to save and may hang.
      Runtime.getRuntime().halt(0);
    }
  }
}
