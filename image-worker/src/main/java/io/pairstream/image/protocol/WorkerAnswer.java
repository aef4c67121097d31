package io.pairstream.image.protocol;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.PreparedImage;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;

/**
 * What became of one image. On the wire: int length of the rest, then the record.
 *
 * @param kept one image, or none
 * @param rejected one rejection, or none
 */
public record WorkerAnswer(List<PreparedImage> kept, List<Rejection> rejected) {

  /** The answer that tells this outcome. */
  public static WorkerAnswer of(Outcome<PreparedImage> outcome) {
    return new WorkerAnswer(outcome.keptOnly(), outcome.rejectedOnly());
  }

  /** What became of the image. */
  public Outcome<PreparedImage> outcome() {
    return kept.isEmpty() ? Outcome.rejected(rejected.get(0)) : Outcome.kept(kept.get(0));
  }

  /** Writes all but the length. */
  public void writeTo(DataOutputStream out) throws IOException {
    RecordWire.write(this, out);
  }

  /**
   * Reads a length, and an answer that has it.
   *
   * @throws IOException if it is not one; a reason that nobody knows is a fault of ours, too
   */
  public static WorkerAnswer readFrom(DataInputStream in) throws IOException {
    int length = WorkerProtocol.readLength(in);
    byte[] frame = in.readNBytes(length);
    if (frame.length < length) {
      throw new EOFException("the answer is cut off");
    }
    DataInputStream body = new DataInputStream(new ByteArrayInputStream(frame));
    WorkerAnswer answer = RecordWire.read(WorkerAnswer.class, body);
    if (body.available() != 0 || answer.kept.size() + answer.rejected.size() != 1) {
      throw new IOException("not an answer of one outcome");
    }
    return answer;
  }
}
