package io.pairstream.cli;

import io.pairstream.platform.PlatformException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a service keeps files of its own. */
final class StateOptions {

  private final String usual;

  @Option(names = "--state-dir", paramLabel = "DIR")
  private Path folder;

  /**
   * @param usual name of the folder in the data directory
   */
  StateOptions(String usual) {
    this.usual = usual;
  }

  /**
   * The folder, made where missing.
   *
   * @throws PlatformException where nothing can be written there
   */
  Path folder(ClusterOptions options) {
    Path chosen = folder == null ? options.dataDirectory().resolve(usual) : folder;
    try {
      Files.delete(Files.createTempFile(Files.createDirectories(chosen), "may-write", ""));
      return chosen;
    } catch (IOException e) {
      throw new PlatformException(
          "the state folder "
              + chosen
              + " cannot be used: "
              + (e instanceof FileAlreadyExistsException ? "it is a file" : e.getMessage())
              + "; each running instance needs one of its own that it may write, by --state-dir",
          e);
    }
  }
}
