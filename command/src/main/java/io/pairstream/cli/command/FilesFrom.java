package io.pairstream.cli.command;

import io.pairstream.cleaning.recipe.RecipeReader;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Folders in which files of recipes and cards may lie; child processes get the same. */
public final class FilesFrom {

  @Option(names = "--files-from", paramLabel = "FOLDER")
  void allow(Path folder) {
    System.setProperty(RecipeReader.FILES_FROM, "" + folder.toAbsolutePath());
  }
}
