package io.pairstream.cli.run;

import io.pairstream.cli.command.ClusterOptions;
import io.pairstream.platform.PlatformException;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.table.OwnFolder;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a service keeps files of its own. */
public final class StateFolder {

  private final String usual;

  @Option(names = "--state-dir", paramLabel = "DIR")
  private Path folder;

  /**
   * @param usual name of the folder in the data directory
   */
  public StateFolder(String usual) {
    this.usual = usual;
  }

  /**
   * The folder, made for its owner alone where missing.
   *
   * @throws PlatformException where nothing can be written there
   */
  public Path folder(ClusterOptions options) {
    Path chosen = folder == null ? options.dataDirectory().resolve(usual) : folder;
    try {
      Files.delete(Files.createTempFile(OwnFolder.make(chosen), "may-write", ""));
      return chosen;
    } catch (IOException e) {
      String why = e instanceof FileAlreadyExistsException ? "it is a file" : RootCause.message(e);
      throw new PlatformException(
          "the state folder %s cannot be used: %s; each running instance needs one of its own that it may write, by --state-dir"
              .formatted(chosen, why),
          e);
    }
  }
}
