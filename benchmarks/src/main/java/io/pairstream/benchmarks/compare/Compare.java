package io.pairstream.benchmarks.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.benchmarks.Contender;
import io.pairstream.benchmarks.Contender.AbsentException;
import io.pairstream.benchmarks.Machine;
import io.pairstream.benchmarks.Pass;
import io.pairstream.benchmarks.Spread;
import io.pairstream.benchmarks.compare.Corpus.FileSet;
import io.pairstream.benchmarks.compare.Corpus.Member;
import io.pairstream.image.WorkerSettings;
import io.pairstream.platform.AppLayout;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Our cleaning beside its peers and the floor: the same files, in one run, turn by turn. */
@Command(name = "compare", mixinStandardHelpOptions = true)
public final class Compare implements Callable<Integer> {

  /** Names of classes, since nothing outside the worker's package may hold on to the first. */
  private static final String IN_PROCESS_MAIN = "io.pairstream.image.worker.InProcess";

  @Parameters(paramLabel = "CORPUS", description = "A folder of pictures.")
  private Path folder;

  @Option(names = "--json", description = "Print the figures on one line.")
  private boolean json;

  @Option(
      names = "--seconds",
      defaultValue = "2",
      description =
          "Processor time that a contender has with each set in each round, at least; once through in"
              + " any case. Default: ${DEFAULT-VALUE}")
  private double seconds;

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "Rounds that count. Default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--captions",
      description = "Also measure the caption's work on this file: id, tab, caption.")
  private Path captions;

  @Option(names = "--only", split = ",", description = "Measure these contenders only.")
  private List<String> only = List.of();

  @Option(
      names = "--no-quality",
      negatable = true,
      description = "Do not compare the pictures themselves.")
  private boolean quality = true;

  @Option(names = "--peer", hidden = true, description = "NAME=COMMAND, the list of files follows.")
  private Map<String, String> peers = new LinkedHashMap<>();

  @Option(names = "--absent", hidden = true, description = "NAME=REASON")
  private Map<String, String> absent = new TreeMap<>();

  @Option(names = "--quality-command", hidden = true)
  private String qualityCommand = "";

  @Option(
      names = "--tokenizers",
      paramLabel = "FOLDER",
      description = "Also compare tokenizers on a folder of tab-separated captions.")
  private Path tokenizers;

  @Option(names = "--tokens-command", hidden = true, description = "The folder follows.")
  private String tokensCommand = "";

  @Option(names = "--work", hidden = true, description = "A folder for lists and complaints.")
  private Path work;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Compare()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Corpus corpus = Corpus.of(folder);
    if (corpus.files(FileSet.JPEG).isEmpty()) {
      throw new IOException("no JPEGs in " + folder);
    }
    Files.createDirectories(work);
    Path listing = Files.write(work.resolve("files.txt"), corpus.listing());
    double loadBefore = Machine.load();

    List<Contender> contenders = new ArrayList<>();
    ObjectNode report;
    try {
      for (Map.Entry<String, List<String>> each : commands(listing).entrySet()) {
        start(each.getKey(), each.getValue(), contenders);
      }
      report = new Rounds(contenders, absent, seconds).run(rounds, corpus).json();
      if (quality && !qualityCommand.isEmpty()) {
        report.set("quality", quality(contenders, corpus, listing));
      }
    } finally {
      contenders.forEach(Contender::close);
    }
    if (captions != null) {
      report.set("captions", captionWork());
    }
    if (tokenizers != null && !tokensCommand.isEmpty()) {
      say("comparing tokenizers");
      report.set("tokens", answer(tokensCommand, tokenizers));
    }
    describe(report, corpus, loadBefore);
    System.out.println(json ? report : report.toPrettyString());
    return 0;
  }

  /** How each contender is started; the peers and the floor as the script found them. */
  private Map<String, List<String>> commands(Path listing) {
    AppLayout layout = AppLayout.ofThisProgram();
    String ownClasses = System.getProperty("java.class.path");
    String workers = layout.workerClassPath();
    Map<String, List<String>> commands = new LinkedHashMap<>();
    // As the worker itself is run, but for the memory that the files take.
    List<String> options =
        List.of(
            "-Xmx1g",
            "-XX:+UseSerialGC",
            "-Dorg.bytedeco.javacpp.cachedir=" + WorkerSettings.of(workers, 1).nativesCache(),
            "-Dorg.bytedeco.javacpp.nopointergc=true",
            "-Dorg.bytedeco.javacpp.maxbytes=0",
            "-Dorg.bytedeco.javacpp.maxphysicalbytes=0");
    String inProcess = ownClasses + File.pathSeparator + workers;
    commands.put(Report.IN_PROCESS, java(options, inProcess, IN_PROCESS_MAIN, listing.toString()));
    List<String> byDefault = new ArrayList<>(options);
    byDefault.add("-Dpairstream.compare.default=true");
    commands.put(
        Report.BY_DEFAULT, java(byDefault, inProcess, IN_PROCESS_MAIN, listing.toString()));
    commands.put(
        Report.THROUGH_WORKERS,
        java(
            List.of("-Xmx1g"),
            ownClasses,
            ThroughWorkers.class.getName(),
            workers,
            listing.toString()));
    peers.forEach(
        (name, command) ->
            commands.put(
                name,
                Stream.concat(Arrays.stream(command.split(" ")), Stream.of(listing.toString()))
                    .toList()));
    if (!only.isEmpty()) {
      commands.keySet().retainAll(only);
    }
    return commands;
  }

  private static List<String> java(List<String> options, String classPath, String... main) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", classPath));
    command.addAll(List.of(main));
    return command;
  }

  private void start(String name, List<String> command, List<Contender> contenders)
      throws IOException {
    say("starting " + name);
    try {
      contenders.add(Contender.start(name, command, work.resolve(name + ".stderr")));
    } catch (AbsentException e) {
      absent.put(name, e.getMessage());
    }
  }

  private JsonNode quality(List<Contender> contenders, Corpus corpus, Path listing)
      throws IOException, InterruptedException {
    Path pictures = Files.createTempDirectory(work, "pictures");
    try {
      for (Contender each : contenders) {
        if (each.name().equals(Report.FLOOR)
            || each.name().equals(Report.THROUGH_WORKERS)
            || each.name().equals(Report.BY_DEFAULT)) {
          continue; // the floor makes no picture; the workers' are the same by the same code
        }
        say("pictures of " + each.name());
        for (FileSet set : corpus.sets().keySet()) {
          each.write(
              "write",
              set.label(),
              Files.createDirectories(pictures.resolve(each.name()).resolve(set.label())));
          if (each.name().equals(Report.IN_PROCESS)) {
            each.write(
                "encode",
                set.label(),
                Files.createDirectories(
                    pictures.resolve(each.name() + "-jpeg").resolve(set.label())));
          }
        }
      }
      say("comparing pictures");
      return answer(qualityCommand, listing, pictures);
    } finally {
      try (Stream<Path> files = Files.walk(pictures)) {
        files.sorted((a, b) -> b.compareTo(a)).map(Path::toFile).forEach(File::delete);
      }
    }
  }

  /** What a command says in JSON. */
  private static JsonNode answer(String command, Path... arguments)
      throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>(List.of(command.split(" ")));
    for (Path argument : arguments) {
      whole.add(argument.toString());
    }
    Process process =
        new ProcessBuilder(whole).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    JsonNode result = new JsonMapper().readTree(process.getInputStream());
    if (process.waitFor() != 0) {
      throw new IOException("this failed: " + command);
    }
    return result;
  }

  private JsonNode captionWork() throws IOException {
    say("captions");
    Path list = Files.writeString(work.resolve("captions.txt"), "captions\t" + captions + "\n");
    List<String> command =
        java(
            List.of(),
            System.getProperty("java.class.path"),
            CaptionWork.class.getName(),
            list.toString());
    ObjectNode node = new JsonMapper().createObjectNode();
    try (Contender contender =
        Contender.start("captions", command, work.resolve("captions.stderr"))) {
      var warm = contender.pass("captions", 1, seconds);
      List<Double> figures = new ArrayList<>();
      Pass last = warm;
      for (int round = 0; round < rounds; round++) {
        last = contender.pass("captions", 1, seconds);
        figures.add(last.cpuSeconds() * 1e6 / (last.images() + last.failures()));
      }
      Spread spread = Spread.of(figures);
      node.put("cpu_us_per_pair", spread.median())
          .put("min", spread.min())
          .put("max", spread.max())
          .put("kept", (double) last.images() / (last.images() + last.failures()));
    } catch (AbsentException | IOException e) {
      absent.put("captions", e.getMessage());
    }
    return node;
  }

  private void describe(ObjectNode report, Corpus corpus, double loadBefore) throws IOException {
    report.putPOJO("machine", Machine.now(loadBefore));
    report.put("rounds", rounds).put("seconds", seconds);
    ObjectNode sets = report.putObject("corpus");
    for (FileSet set : corpus.sets().keySet()) {
      List<Member> files = corpus.files(set);
      sets.putObject(set.label())
          .put("files", files.size())
          .put("bytes", files.stream().mapToLong(Member::bytes).sum())
          .put("megapixels", files.stream().mapToLong(Member::pixels).sum() / 1e6);
    }
    ObjectNode missing = report.putObject("absent");
    absent.forEach(missing::put);
  }

  static void say(String what) {
    System.err.println(what);
  }
}
