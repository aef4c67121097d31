package io.pairstream.image.python;

import static java.nio.file.StandardOpenOption.WRITE;

import io.pairstream.cleaning.ClassPathFile;
import io.pairstream.cleaning.python.PythonCode;
import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.image.sandbox.Confinement;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Copies of the files of functions, with the file that runs them. A process imports from here
 * alone, so a file that is not declared cannot be imported, and one that changes later changes
 * nothing.
 *
 * @param runner the file that runs functions
 * @param code folder of the functions' files
 * @param held locked until this is closed
 */
record PythonFolder(Path runner, Path code, FileChannel held) implements AutoCloseable {

  private static final String RUNNER = "pairstream_steps.py";
  private static final String PREFIX = "pairstream-python";

  /** File that is locked while its folder is used, so that a killed process's can be told. */
  private static final String HELD = ".held";

  /** This process's folders: to open a lock of its own and close it again would release it. */
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

  /**
   * Copies files.
   *
   * @throws IOException where one cannot be read, or is another one than the digest says
   */
  static PythonFolder of(List<PythonCode> codes) throws IOException {
    Path folder = Files.createTempDirectory(PREFIX);
    OWN.add(folder);
    PythonFolder copied =
        new PythonFolder(
            folder.resolve(RUNNER), Files.createDirectory(folder.resolve("code")), hold(folder));
    removeLeft(folder.getParent());
    try {
      Files.write(copied.runner, ClassPathFile.bytes(PythonFolder.class, "/" + RUNNER));
      for (PythonCode code : codes) {
        for (NamedFile file : code.allFiles()) {
          Path copy = copied.code.resolve(code.relative(file).toString());
          Files.createDirectories(copy.getParent());
          Files.copy(file.path(), copy, StandardCopyOption.REPLACE_EXISTING);
          if (!NamedFile.sha256(copy).equals(file.sha256())) {
            throw new IOException(file.path() + " has changed since it was read");
          }
        }
      }
      Confinement.showToOthers(folder); // the process may be another user
      return copied;
    } catch (IOException e) {
      copied.close();
      throw e;
    }
  }

  /** Locks a file before it has the name by which others find it. */
  private static FileChannel hold(Path folder) throws IOException {
    Path unnamed = Files.createTempFile(folder, "", "");
    FileChannel held = FileChannel.open(unnamed, WRITE);
    var unused = held.lock();
    Files.move(unnamed, folder.resolve(HELD));
    return held;
  }

  /** Removes the folders of processes that were killed. */
  private static void removeLeft(Path folder) throws IOException {
    try (DirectoryStream<Path> others = Files.newDirectoryStream(folder, PREFIX + "*")) {
      for (Path other : others) {
        if (!OWN.contains(other) && Files.exists(other.resolve(HELD))) {
          try (FileChannel held = FileChannel.open(other.resolve(HELD), WRITE)) {
            if (held.tryLock() != null) {
              Confinement.remove(other);
            }
          } catch (IOException e) {
            // Another user's.
          }
        }
      }
    }
  }

  @Override
  public void close() {
    try (held) {
      Confinement.remove(runner.getParent());
    } catch (IOException e) {
      runner.getParent().toFile().deleteOnExit();
    }
  }
}
