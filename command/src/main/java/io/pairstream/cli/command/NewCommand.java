package io.pairstream.cli.command;

import io.pairstream.cleaning.ClassPathFile;
import io.pairstream.schemas.Hint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Parameters;

/** Writes an example in Python under a name of the user's, and the YAML file that names it. */
public abstract class NewCommand extends PairstreamCommand {

  private static final String FILE_NAME = "[A-Za-z][A-Za-z0-9_]{0,39}\\.py";

  @Parameters(paramLabel = "FILE.py")
  private Path file;

  private final String code;
  private final String yaml;
  private final String check;

  private record Written(String code, String yaml) {}

  /**
   * @param code the example's file of Python, without its ending
   * @param yaml its file of YAML
   * @param check the command that reads such a file
   */
  protected NewCommand(String code, String yaml, String check) {
    this.code = code;
    this.yaml = yaml;
    this.check = check;
  }

  @Override
  public Integer call() throws IOException {
    String name = file.getFileName().toString();
    require(name.matches(FILE_NAME), "FILE.py is a module's name, such as clip.py, not " + name);
    String stem = name.substring(0, name.length() - ".py".length());
    Path beside = file.resolveSibling(stem + ".yaml");
    for (Path path : List.of(file, beside)) {
      require(Files.notExists(path), path + " is there already");
    }
    write(file, example(code + ".py"));
    write(
        beside,
        example(yaml)
            .replace("file: " + code + ".py", "file: " + name)
            .replace("name: " + code, "name: " + stem.toLowerCase(Locale.ROOT)));
    return answer(
        new Written(file.toString(), beside.toString()),
        () -> {
          print("wrote %s and %s", file, beside);
          print("next: %s", Hint.of(check + " " + beside));
        });
  }

  private static void write(Path path, String text) throws IOException {
    Files.writeString(path, text, StandardOpenOption.CREATE_NEW);
  }

  private static String example(String name) {
    return ClassPathFile.text(NewCommand.class, "python/" + name);
  }
}
