package io.pairstream.image.worker.models;

import com.sun.jna.Function;
import io.pairstream.image.plan.ModelPlan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Files of a card, mapped into memory while a file can still be opened; until the process ends. */
final class ModelFiles {

  /** {@code PROT_READ} and {@code MAP_PRIVATE} of mmap(2). */
  private static final int READ = 1;

  private static final int PRIVATE = 2;

  /** By the absolute path, and by the plain name, as graphs name the files of their weights. */
  private final Map<String, BytePointer> files = new HashMap<>();

  /** Maps all files of the plan; none is looked at. */
  ModelFiles(ModelPlan plan) throws IOException {
    for (String path : plan.files()) {
      BytePointer file = new Mapped(Path.of(path));
      files.put(path, file);
      files.put(Path.of(path).getFileName().toString(), file);
    }
  }

  /** A file of the card; null where it has none of that path or plain name. */
  BytePointer of(String name) {
    return files.get(name);
  }

  /** A file of at most 2 GiB; empty for an empty one. */
  ByteBuffer buffer(String path) {
    return of(path).limit() == 0 ? ByteBuffer.allocate(0) : of(path).asByteBuffer();
  }

  String text(String path) {
    return StandardCharsets.UTF_8.decode(buffer(path)).toString();
  }

  /** A whole file; Java's own maps end at 2 GiB. It stays open. */
  private static final class Mapped extends BytePointer {

    Mapped(Path path) throws IOException {
      super((Pointer) null);
      capacity = Files.size(path);
      limit = capacity;
      int file = call("open", path.toString(), 0).intValue();
      address = capacity == 0 ? 0 : call("mmap", 0L, capacity, READ, PRIVATE, file, 0L).longValue();
      if (address == -1) {
        throw new IOException("the file cannot be read: " + path.getFileName());
      }
    }

    private static Number call(String function, Object... arguments) {
      return (Number) Function.getFunction("c", function).invoke(Long.class, arguments);
    }
  }
}
