package io.pairstream.cleaning.python;

import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A function or a class in a file of Python.
 *
 * @param folder folder of the card or recipe; the files lie below it
 * @param file the file that has it
 * @param call its name
 * @param interpreter path of the interpreter, or its name on {@code PATH}
 * @param files what else it imports or reads
 * @param requirements versions of packages, each {@code name==version}
 * @param given further arguments, by name: whole numbers, numbers, {@code true}, {@code false} or
 *     texts, as they are written
 * @param beside names of files of Python in the folder, of which those that are not among the files
 *     cannot be imported
 */
public record PythonCode(
    Path folder,
    NamedFile file,
    String call,
    String interpreter,
    List<NamedFile> files,
    List<String> requirements,
    Map<String, String> given,
    List<String> beside) {

  private static final long MOST_BYTES = Integer.MAX_VALUE;
  private static final long MOST_CODE_BYTES = 16 << 20;
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,99}");
  private static final Pattern PINNED = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*==[^ ;#]+");
  private static final int MOST_BESIDE = 200;

  /**
   * Reads the keys of a section. The file and all that it names, the call, the version and the
   * arguments are part of what is made; the interpreter is not.
   *
   * @param section empty, or what stands before the keys, with its dot
   */
  public static PythonCode read(RecipeReader keys, String section) {
    if (keys.text(section + "file", "").isEmpty()) {
      keys.problem(section + "file", "is missing: name the file of Python, relative to this one");
    }
    NamedFile file =
        keys.file(section + "file", MOST_CODE_BYTES).orElse(new NamedFile(keys.folder(), ""));
    String call = keys.text(section + "call", "");
    if (!NAME.matcher(call).matches()) {
      keys.problem(section + "call", "names a function or a class of the file");
    }
    keys.integer(section + "version", 1, 0, Integer.MAX_VALUE);
    String interpreter =
        keys.aside(section + "python", reader -> reader.text(section + "python", "python3"));
    if (interpreter.contains("/")) {
      // Not with links resolved: an environment's interpreter is a link to the system's.
      Path path = keys.folder().resolve(interpreter);
      if (!Files.isExecutable(path)) {
        keys.problem(
            section + "python",
            "%s is not there; make it: python3 -m venv %s && %s -m pip install numpy"
                .formatted(
                    interpreter, Path.of(interpreter).resolve("../..").normalize(), interpreter));
      }
      interpreter = path.toString();
    }
    List<NamedFile> files = keys.files(section + "files", MOST_BYTES);
    List<String> requirements = requirements(keys, section + "requirements");
    Map<String, String> given = keys.texts(section + "with");
    given.keySet().stream()
        .filter(name -> !NAME.matcher(name.replace('-', '_')).matches())
        .forEach(name -> keys.problem(section + "with." + name, "is no name of an argument"));
    return new PythonCode(
        keys.folder(), file, call, interpreter, files, requirements, given, beside(keys.folder()));
  }

  private static List<String> requirements(RecipeReader keys, String key) {
    return keys.lines(key, "#", Pattern.compile(".+"), "a line of requirements").stream()
        .map(line -> line.split(";", 2)[0].strip())
        .filter(line -> PINNED.matcher(line).matches())
        .toList();
  }

  private static List<String> beside(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".py"))
          .sorted()
          .limit(MOST_BESIDE)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The file and the others that it needs. */
  public List<NamedFile> allFiles() {
    return Stream.concat(Stream.of(file), files.stream()).toList();
  }

  /** The path of a file in a folder of its own: as below the card's, or its plain name. */
  public Path relative(NamedFile named) {
    return named.path().startsWith(folder)
        ? folder.relativize(named.path())
        : named.path().getFileName();
  }
}
