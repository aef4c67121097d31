package io.pairstream.image.protocol;

import io.pairstream.cleaning.image.ImagePlan;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;

/**
 * A plan as bytes, by Java's own serialization. Plans go from the client to its worker, which runs
 * the same build and trusts it; nothing that a worker says is ever read this way.
 */
final class PlanWire {

  private PlanWire() {}

  static byte[] bytes(ImagePlan plan) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(plan);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static ImagePlan plan(byte[] bytes) throws IOException {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return (ImagePlan) in.readObject();
    } catch (ClassNotFoundException e) {
      throw new IOException("not a plan of this build", e);
    }
  }
}
