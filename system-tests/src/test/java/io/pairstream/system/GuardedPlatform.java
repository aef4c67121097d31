package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pairstream.cli.Main;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.schemas.topics.AccessCatalogue;
import io.pairstream.schemas.topics.ClientRights;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.testing.GuardedKafka;
import io.pairstream.testing.LongTimeouts;
import io.pairstream.testing.PythonEnvironment;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Services and commands on a broker that grants rights, each under the name of its client in the
 * catalogue of rights. Not thread-safe.
 */
final class GuardedPlatform implements AutoCloseable {

  /** The clients of the data set {@code pairs}. */
  static final List<ClientRights> CLIENTS = new AccessCatalogue(new Dataset("pairs")).clients();

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));

  private final Path folder;
  private final String bootstrapServers;
  private final Function<String, Map<String, String>> settings;
  private final Map<String, PairstreamProcess> services = new LinkedHashMap<>();
  private String registry = "http://127.0.0.1:1";

  /**
   * Grants each client its rights.
   *
   * @param folder for configuration files and logs
   * @param settings of a client, by its name, as the file of {@code --config} has them
   */
  GuardedPlatform(
      Path folder, String bootstrapServers, Function<String, Map<String, String>> settings)
      throws IOException {
    this.folder = folder;
    this.bootstrapServers = bootstrapServers;
    this.settings = settings;
    run(GuardedKafka.ADMIN, "acls apply");
  }

  /** Names of the users of all clients. */
  static List<String> users() {
    return CLIENTS.stream().map(ClientRights::client).map(GuardedPlatform::user).toList();
  }

  static String user(String client) {
    return client.equals(GuardedKafka.ADMIN) ? client : "pairstream-" + client;
  }

  /** Address of the registry; without a listener before it was started. */
  String registry() {
    return registry;
  }

  /** Starts the registry, with further options, and makes topics and schemas. */
  void createTopics(int partitions, String options) throws IOException {
    registry = start("registry --listen 127.0.0.1:0 --credential-file " + credential() + options);
    run(
        "topics",
        "topics create --partitions " + partitions + " --registry-credential " + credential());
  }

  /** File with the credential of the registry. */
  String credential() {
    return folder.resolve("registry.credential").toString();
  }

  /** Starts a service, and waits until it is ready; where it answers. */
  String start(String command) throws IOException {
    List<String> words = new ArrayList<>(List.of(command.split(" ")));
    String service = words.get(0);
    words.addAll(cluster(service));
    PairstreamProcess process =
        PairstreamProcess.start(folder.resolve(service + ".log"), PairstreamProcess.builder(words));
    services.put(service, process);
    return process.awaitReady();
  }

  /** Has a script in Python train, with the addresses of brokers and registry and its arguments. */
  void train(String script, Object... arguments) throws Exception {
    Path sources = PROJECT.resolve("trainer-feed/python");
    List<String> command = new ArrayList<>(List.of("-c", script, bootstrapServers, registry));
    Stream.of(arguments).map(String::valueOf).forEach(command::add);
    assertThat(
            PythonEnvironment.of(sources.resolve("requirements.txt"))
                .run(
                    Map.of("PYTHONPATH", sources.resolve("src").toString()),
                    command.toArray(String[]::new)))
        .endsWith("2 pairs");
  }

  JsonNode json(String client, String command) {
    try {
      return JSON.readTree(run(client, command));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs a command as a client, which must succeed; what it prints. */
  String run(String client, String command) throws IOException {
    List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
    if (!words.get(0).equals("draw")) {
      words.addAll(cluster(client));
    }
    try {
      return done(words);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + said(), e);
    }
  }

  /** Runs a command to its end, which must be a good one; what it prints. */
  static String done(List<String> words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    assertThat(execute(words, out, err)).as("%s: %s", words, err).isEqualTo(ExitStatus.DONE);
    assertThat(err.toString()).as("%s", words).doesNotContainIgnoringCase("authoriz");
    return out.toString();
  }

  /** Runs a command that cannot do its work; what it says of it, in words. */
  static String refusal(List<String> words) {
    StringWriter err = new StringWriter();
    assertThat(execute(words, new StringWriter(), err))
        .as("%s", err)
        .isEqualTo(ExitStatus.COULD_NOT);
    assertThat(err.toString()).doesNotContainPattern("(?m)^\\tat ");
    return err.toString();
  }

  private static int execute(List<String> words, StringWriter out, StringWriter err) {
    return Main.commandLine("")
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(words.toArray(String[]::new));
  }

  /** Options with which a client finds the cluster. */
  List<String> cluster(String client) throws IOException {
    Path config =
        Files.writeString(
            folder.resolve(client + ".properties"),
            LongTimeouts.KAFKA_LINES
                + settings.apply(client).entrySet().stream()
                    .map(setting -> setting.getKey() + "=" + setting.getValue() + "\n")
                    .collect(Collectors.joining()));
    return List.of(
        "--bootstrap-servers",
        bootstrapServers,
        "--schema-registry",
        registry,
        "--config",
        config.toString());
  }

  /** Logs of the services, each with its name. */
  String said() {
    return services.entrySet().stream()
        .map(service -> "\n" + service.getKey() + ": " + service.getValue().said())
        .collect(Collectors.joining());
  }

  /** Stops all services, the last one first. */
  @Override
  public void close() {
    List<PairstreamProcess> started = new ArrayList<>(services.values());
    for (int i = started.size() - 1; i >= 0; i--) {
      started.get(i).close();
    }
  }
}
