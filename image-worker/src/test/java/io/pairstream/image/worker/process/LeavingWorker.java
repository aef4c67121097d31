package io.pairstream.image.worker.process;

import io.pairstream.image.protocol.WorkerProtocol;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;

/**
 * A worker that leaves a process behind, which holds its stderr open: greets with that one's id and
 * the worker's folder for files, and dies over the first request.
 */
public final class LeavingWorker {

  private LeavingWorker() {}

  /** Runs it, in the place of {@link WorkerMain} and with its arguments. */
  public static void main(String[] args) throws IOException {
    Process left =
        new ProcessBuilder("sleep", "600")
            .redirectInput(Redirect.from(new File("/dev/null")))
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.INHERIT)
            .start();
    System.err.println(left.pid() + " " + System.getProperty("java.io.tmpdir"));
    System.err.flush();
    try (FileOutputStream stderr = new FileOutputStream(FileDescriptor.err)) {
      stderr.write(WorkerProtocol.mark(WorkerProtocol.token(args[0])));
      stderr.write(WorkerProtocol.mark(System.in.read()));
      stderr.write("its last words".getBytes(StandardCharsets.US_ASCII));
      Runtime.getRuntime().halt(3);
    }
  }
}
