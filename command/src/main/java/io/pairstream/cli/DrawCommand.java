package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.drawing.DrawnFolder;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.drawing.Motif;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pairstream draw}: a small data set of one's own, without a camera or a download. */
@Command(name = "draw")
final class DrawCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FOLDER")
  private Path folder;

  @Option(names = "--pairs", paramLabel = "N", defaultValue = "1000")
  private long pairs;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1")
  private long seed;

  @Option(names = "--language", paramLabel = "LANGUAGE", completionCandidates = Languages.class)
  private String language;

  @Option(names = "--single")
  private boolean single;

  @Option(names = "--json")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    checkOptions();
    try {
      Files.createDirectories(folder);
    } catch (FileAlreadyExistsException e) {
      throw wrong(folder + " is a file; name a folder that is empty, or not there yet");
    }
    try (Stream<Path> files = Files.list(folder)) {
      if (files.findAny().isPresent()) {
        throw wrong(folder + " is not empty; name a folder that is empty, or not there yet");
      }
    }

    DrawnPairs drawn =
        DrawnPairs.good(seed, single ? Motif.SINGLE : Motif.ANY, Optional.ofNullable(language));
    new DrawnFolder(folder).write(drawn, pairs);

    spec.commandLine().getOut().println(json ? inJson() : inWords());
    return ExitStatus.DONE;
  }

  private void checkOptions() {
    if (pairs < 1 || pairs > 1_000_000) {
      throw wrong("--pairs must be from 1 to 1000000, was " + pairs);
    }
    if (language != null && !Languages.ALL.contains(language)) {
      throw wrong("--language must be one of " + Languages.ALL + ", was '" + language + "'");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private String inJson() {
    return new JsonMapper()
        .createObjectNode()
        .put("folder", folder.toString())
        .put("pairs", pairs)
        .toString();
  }

  private String inWords() {
    return TerminalText.plain(
        String.format(
            Locale.ROOT,
            "%,d pairs in %s; publish them with: %s import %s",
            pairs,
            folder,
            Main.asCalled(),
            folder));
  }

  /** Languages that captions are written in. */
  static final class Languages implements Iterable<String> {

    static final List<String> ALL = List.of("en", "zh");

    @Override
    public Iterator<String> iterator() {
      return ALL.iterator();
    }
  }
}
