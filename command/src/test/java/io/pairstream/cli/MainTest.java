package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.InvalidRecipeException.RecipeProblem;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cli.command.ClusterOptions;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.platform.TestJava;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class MainTest {

  @TempDir Path folder;

  @Test
  void folderWithoutAPlatformIsRefused(@TempDir Path folder) throws IOException {
    Path spoilt = Files.createDirectory(folder.resolve("spoilt"));
    Files.writeString(spoilt.resolve("platform.json"), "{\"pid\": 1");

    for (Path directory : List.of(folder, spoilt, folder.resolve("gone"))) {
      Ended ended =
          Ended.after("quarantine", "ls", "--data-dir", directory.toString())
              .ended(ExitStatus.COULD_NOT);

      assertThat(ended.onlyErrorLine())
          .startsWith("pairstream: --data-dir: no platform runs in " + directory)
          .contains("start one with: pairstream up --data-dir ");
    }
  }

  @Test
  void onlyNamedBrokersAreAskedWhereThePlatformOfTheCurrentFolderIsDead(@TempDir Path folder)
      throws Exception {
    Path data = Files.createDirectory(folder.resolve("pairstream-data"));
    Files.writeString(
        data.resolve("platform.json"),
        """
        {"bootstrap_servers": "127.0.0.1:1", "schema_registry": "http://127.0.0.1:1",
         "pid": 1, "started_at": 1, "processes": []}\
        """);
    Process process =
        TestJava.command(Main.class, "lag")
            .directory(folder.toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();

    assertThat(process.waitFor()).isEqualTo(ExitStatus.COULD_NOT);
    assertThat(folder.resolve("err"))
        .content()
        .startsWith("pairstream: no platform runs in pairstream-data; start it with: ")
        .contains("--bootstrap-servers");
  }

  @ParameterizedTest
  @CsvSource({
    "import x --limit abc, '''abc'' is no whole number, or too large a one'",
    "import x --limit 99999999999999999999, 'is no whole number, or too large a one'",
    "quarantine ls --limit 9999999999, '''9999999999'' is no whole number, or too large a one'",
    "keys create x --records-per-second abc, '''abc'' is no number'",
    "doctor --accept-weaker durability, 'record-time, client-settings, not durability'",
    "up --port 0, 'a port must be 1 to 65535, was 0'",
    "demo --dashboard-port 65536, 'a port must be 1 to 65535, was 65536'",
    "lag --interval abc, 'right is a number with ms, s, m, h or d, such as 60s, not abc'"
  })
  void refusesAValueWithoutNamingTypesOfJava(String typed, String words) {
    Ended ended = Ended.after(typed).ended(ExitStatus.WRONG_USAGE);

    assertThat(ended.err().lines().findFirst().orElseThrow()).endsWith(words);
  }

  /** As a shell hands on a variable that is not set; all would be refused for something else. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "up --port 0 --data-dir _",
        "up --port 0 --data-dir=_",
        "demo --port 0 --recipe _",
        "export v --to _",
        "import x --resume _",
        "import x --failed _",
        "preprocess --threads 0 --state-dir _",
        "lag --config _",
        "lag --bootstrap-servers _",
        "view cut v --where _",
        "takedown x --cause _"
      })
  void refusesAnEmptyValueByName(String typed) {
    String option = typed.replaceAll(".* (--[a-z-]+)[ =]_", "$1");

    Ended ended = Ended.after(typed.substring(0, typed.length() - 1));

    ended.failed(ExitStatus.WRONG_USAGE, option + ": the value is empty; give one, or leave");
    assertThat(ended.err()).doesNotContain("\tat ");
  }

  @ParameterizedTest
  @CsvSource({
    "lagg, 'there is no command or argument lagg; did you mean lag'",
    "lag --interva=2s, 'there is no option --interva=2s; did you mean --interval'",
    "import --wiat x, 'there is no option --wiat; did you mean --wait'",
    "quarantine list, 'there is no command or argument list; did you mean ls?'",
    "keys delete, 'there is no command or argument delete; did you mean revoke?'",
    "lgo, 'there is no command or argument lgo; did you mean lag'",
    "status, 'there is no command or argument status; did you mean why or lag'",
    "quarantine --data-dir=x, 'there is no option --data-dir=x\n'",
    "importt, 'there is no command or argument importt; did you mean import?'",
    "xy, 'there is no command or argument xy\n'",
    "nonsense --help, 'there is no command or argument nonsense\n'",
    "quarantine nonsense --help, 'there is no command or argument nonsense\n'",
    "quarantine replai --help, 'there is no command or argument replai; did you mean replay?'"
  })
  void namesWhatWasMeant(String typed, String words) {
    Ended ended = Ended.after(typed).ended(ExitStatus.WRONG_USAGE);

    assertThat(ended.err()).startsWith("pairstream: " + words);
    assertThat(ended.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"'', demo", "keys, create"})
  void withoutACommandSaysWhatThereIs(String typed, String first) {
    Ended.after(typed).failed(ExitStatus.WRONG_USAGE, "Usage: pairstream", "\n  " + first + " ");
  }

  static Stream<Arguments> faultsOfTheWorld() {
    return Stream.of(
        Arguments.of(
            new TimeoutException("no node"),
            "Kafka at far-away:9092 does not answer in time (no node)"),
        Arguments.of(
            new DisconnectException(), "Kafka at far-away:9092 does not answer in time; start one"),
        Arguments.of(
            new UnknownTopicOrPartitionException("no"), "data set mine has not all its topics"),
        Arguments.of(new SaslAuthenticationException("bad password"), "refuses us: bad password"),
        Arguments.of(
            new TopicAuthorizationException(Set.of("mine.training")),
            "Kafka refuses a right: Not authorized to access topics: [mine.training]; all rights"),
        Arguments.of(
            new KafkaException("cannot open", new KafkaException("the root")),
            "cannot open: the root"),
        Arguments.of(
            new RegistryUnavailableException("the registry does not answer", null),
            "the registry does not answer; start one with: pairstream up"),
        Arguments.of(new ImageWorkerUnavailableException("no worker"), "no worker"),
        Arguments.of(new AccessDeniedException("/secret"), "/secret: access denied"),
        Arguments.of(
            new UncheckedIOException(new NoSuchFileException("/gone")), "/gone: no such file"),
        Arguments.of(new FileNotFoundException("no file\u001b[2J\nforged"), "no file [2J forged"));
  }

  @ParameterizedTest
  @MethodSource("faultsOfTheWorld")
  void saysAFaultOfTheWorldInOneLine(Exception fault, String words) {
    Ended ended = failing(fault).ended(ExitStatus.COULD_NOT);

    assertThat(ended.onlyErrorLine()).startsWith("pairstream: ").contains(words);
    assertThat(ended.out()).isEmpty();
  }

  @Test
  void showsTheStackTraceOfAFaultOfOurs() {
    Ended ended = failing(new IllegalStateException("a bug"));

    assertThat(ended.status()).isEqualTo(ExitStatus.COULD_NOT);
    assertThat(ended.err()).contains("IllegalStateException: a bug", "\tat ");
  }

  @Test
  void listsTheMistakesOfARecipeALineEach() {
    Ended ended =
        failing(
                new InvalidRecipeException(
                    "mine.yaml",
                    List.of(
                        new RecipeProblem(1, "image", "is no\u001b[2J section"),
                        new RecipeProblem(2, "caption", "is missing"))))
            .ended(ExitStatus.FOUND_WRONG);

    assertThat(ended.err().lines()).hasSize(3);
    assertThat(ended.err())
        .startsWith("pairstream: the recipe is refused")
        .doesNotContain("\u001b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--dataset=Not a name",
        "--config=no-such-file",
        "--nonsense",
        "--non\u001b[2Jsense",
        "lag"
      })
  void callsAWrongOptionWrongUsage(String option) {
    Ended ended = Ended.after("lag", option).ended(ExitStatus.WRONG_USAGE);

    assertThat(ended.err().lines()).hasSize(2);
    assertThat(ended.err())
        .startsWith("pairstream: ")
        .contains("for help: pairstream lag --help")
        .doesNotContain("\u001b");
    assertThat(ended.out()).isEmpty();
  }

  @Test
  void refusesAnUnknownSetting() throws Exception {
    Path config =
        Files.writeString(folder.resolve("x.properties"), "kafka.acks=all\nimage.min-side-px=1\n");

    Ended ended = Ended.after("lag", "--config", config.toString()).ended(ExitStatus.WRONG_USAGE);

    assertThat(ended.err()).contains("image.min-side-px").doesNotContain("kafka.acks");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "preprocess --threads=0|must be",
        "preprocess --workers=0|must be",
        "preprocess --workers=257|must be",
        "preprocess --decode-deadline=PT0S|must be",
        "preprocess --images-per-worker=0|must be",
        "fetch|--user-agent-contact",
        "fetch|--allow-address",
        "fetch --user-agent-contact me|a contact is a web address",
        "fetch --user-agent-contact me@a.org --allow-address a.org|a network is written like",
        "fetch --user-agent-contact me@a.org --concurrency 0|at least 1 connection",
        "fetch --user-agent-contact me@a.org --attempts 0|at least once",
        "fetch --user-agent-contact me@a.org --first-pause PT0S|must be positive",
        "fetch --user-agent-contact me@a.org --timeout PT1S|which is less than",
        "up --fetch-contact foo|--fetch-contact: a contact is a web address",
        "up --decode-deadline PT1M|--decode-deadline",
        "up --decode-deadline PT2562047788015215H|too long",
        "lag mute pairs-feed|--for=TIME",
        "lag mute pairs-feed|pairstream lag mute ",
        "'import x '|the value is empty"
      })
  void refusesAnImpossibleSetting(String typed, String words) {
    Ended.after(typed).failed(ExitStatus.WRONG_USAGE, words);
  }

  @Test
  void recipeLsNamesTheShippedOnes() {
    assertThat(Ended.after("recipe ls").out().lines())
        .hasSameSizeAs(RecipeFile.SHIPPED)
        .anyMatch(line -> line.matches("dalle +version +[0-9a-f]{16}"));
  }

  @Test
  void recipeCheckTellsWhatIsInForce() {
    Ended json = Ended.after("recipe check", "--json", "teaching").done();
    Ended text = Ended.after("recipe check", "teaching").done();

    assertThat(json.json().path("problems").isEmpty()).isTrue();
    assertThat(json.json().path("settings").isEmpty()).isFalse();
    assertThat(json.json().path("version").asText()).isNotEmpty();
    assertThat(text.out()).contains("version " + json.json().path("version").asText());
  }

  @Test
  void recipeCheckReportsEveryMistake() throws Exception {
    Path recipe =
        Files.writeString(
            folder.resolve("mine.yaml"), "colour: red\nflavour: \"s\\u001b[2Jour\"\n");

    Ended json =
        Ended.after("recipe check", "--json", recipe.toString()).ended(ExitStatus.FOUND_WRONG);
    Ended text = Ended.after("recipe check", recipe.toString()).ended(ExitStatus.FOUND_WRONG);

    assertThat(json.json().path("problems").findValuesAsText("key")).contains("colour", "flavour");
    assertThat(json.err()).isEmpty();
    assertThat(text.out()).isEmpty();
    assertThat(text.err()).contains("colour").contains("flavour").doesNotContain("\u001b");
  }

  /** This process stands for the platform's. */
  @ParameterizedTest
  @CsvSource({"here:1, true", "elsewhere:1, false"})
  void doesNotSayToStartAPlatformThatRuns(String brokers, boolean runs) throws IOException {
    Path data = Files.createDirectory(folder.resolve("my data"));
    ProcessHandle self = ProcessHandle.current();
    Files.writeString(
        data.resolve("platform.json"),
        "{\"bootstrap_servers\":\"here:1\",\"schema_registry\":\"http://here:2\",\"pid\":%d,\"started_at\":%d}"
            .formatted(self.pid(), self.info().startInstant().orElseThrow().toEpochMilli()));

    Ended ended =
        failing(new TimeoutException(), "--data-dir=" + data, "--bootstrap-servers=" + brokers);

    assertThat(ended.err())
        .contains("doctor --bootstrap-servers " + brokers + " --data-dir '" + data + "'");
    assertThat(ended.err().contains("runs, as process " + self.pid())).isEqualTo(runs);
    assertThat(ended.err().contains("up --data-dir '" + data + "'")).isNotEqualTo(runs);
  }

  /** End of a subcommand that throws an exception. */
  private static Ended failing(Exception fault) {
    return failing(fault, "--bootstrap-servers=far-away:9092", "--dataset=mine");
  }

  private static Ended failing(Exception fault, String... options) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Main.commandLine("audit")
            .addSubcommand(new Failing(fault))
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(
                Stream.concat(Stream.of("failing"), Stream.of(options)).toArray(String[]::new));
    return new Ended(status, out.toString(), err.toString());
  }

  @Command(name = "failing")
  static final class Failing implements Callable<Integer> {

    private final Exception fault;

    @SuppressWarnings("UnusedVariable") // the handler looks for it
    @Mixin
    private ClusterOptions options;

    Failing(Exception fault) {
      this.fault = fault;
    }

    @Override
    public Integer call() throws Exception {
      throw fault;
    }
  }
}
