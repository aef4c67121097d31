package io.pairstream.cli.command;

import io.pairstream.platform.PlatformException;
import io.pairstream.platform.PlatformFile;
import io.pairstream.registry.RegistryCredential;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.Cluster;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/**
 * The options that say which cluster a command works on.
 *
 * <p>An address is the option's; else the {@code --config} file's, as {@code
 * kafka.bootstrap.servers} and {@code schema-registry.url}; else the one in the data directory's
 * {@code platform.json}, where a platform runs on this machine; else the usual port on loopback.
 */
public final class ClusterOptions {

  private static final String KAFKA_PREFIX = "kafka.";
  private static final String REGISTRY_PREFIX = "schema-registry.";
  private static final String KAFKA_ADDRESS = "bootstrap.servers";

  @Option(names = "--bootstrap-servers", paramLabel = "HOST:PORT")
  private String bootstrapServers;

  @Option(names = "--schema-registry", paramLabel = "URL")
  private String schemaRegistry;

  @Option(names = "--dataset", paramLabel = "NAME", defaultValue = Dataset.DEFAULT_NAME)
  private String dataset;

  @Option(names = "--config", paramLabel = "FILE")
  private Path config;

  @Option(names = "--data-dir", paramLabel = "DIR")
  private Path dataDirectory;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /**
   * The cluster.
   *
   * @throws CommandLine.ParameterException for an unusable data set name or configuration file
   */
  public Cluster cluster() {
    Map<String, String> file = configured();
    Map<String, String> kafka = Utils.entriesWithPrefix(file, KAFKA_PREFIX);
    Map<String, String> registry = Utils.entriesWithPrefix(file, REGISTRY_PREFIX);
    Optional<String> brokers = given(bootstrapServers, kafka.remove(KAFKA_ADDRESS));
    Optional<String> registries = given(schemaRegistry, registry.remove("url"));
    Optional<PlatformFile> here =
        brokers.isPresent() && registries.isPresent() ? Optional.empty() : platformHere();
    try {
      return new Cluster(
          brokers.or(() -> here.map(PlatformFile::bootstrapServers)).orElse("127.0.0.1:9092"),
          registries
              .or(() -> here.map(PlatformFile::schemaRegistry))
              .orElse("http://127.0.0.1:8081"),
          new Dataset(dataset),
          kafka,
          registry);
    } catch (IllegalArgumentException e) {
      throw wrong("--dataset: " + e.getMessage());
    }
  }

  /**
   * The cluster, with a credential that may register schemas.
   *
   * @param credentialFile the platform's on this machine where null, as long as the registry is its
   */
  public Cluster clusterToRegisterIn(Path credentialFile) {
    Cluster cluster = cluster();
    Path file = credentialFile;
    if (file == null) {
      file = dataDirectory().resolve(RegistryCredential.FILE_NAME);
      Optional<String> registryHere = platformHere().map(PlatformFile::schemaRegistry);
      if (!Files.isReadable(file)
          || !registryHere.equals(Optional.of(cluster.registryAddresses()))) {
        return cluster;
      }
    }
    Map<String, String> settings = new HashMap<>(cluster.registrySettings());
    try {
      settings.putAll(RegistryCredential.read(file).clientSettings());
    } catch (NoSuchFileException e) {
      throw wrong("--registry-credential: there is no file " + file);
    } catch (IOException e) {
      throw wrong("--registry-credential: " + RootCause.message(e));
    }
    return new Cluster(
        cluster.bootstrapServers(),
        cluster.registryAddresses(),
        cluster.dataset(),
        cluster.kafkaSettings(),
        settings);
  }

  /** The dashboard of the platform on this machine, where no other cluster was named. */
  public Optional<String> dashboardHere() {
    return isHere()
        ? platformHere()
            .map(PlatformFile::addresses)
            // That of another data set has its own answers, also about the same pair.
            .filter(here -> dataset.equals(here.get("dataset")))
            .map(here -> here.get("dashboard_url"))
        : Optional.empty();
  }

  /** Whether no other brokers were named. */
  private boolean isHere() {
    return bootstrapServers == null && !configured().containsKey(KAFKA_PREFIX + KAFKA_ADDRESS);
  }

  private static Optional<String> given(String option, String configured) {
    return Optional.ofNullable(option).or(() -> Optional.ofNullable(configured));
  }

  private Optional<PlatformFile> platformHere() {
    try {
      Optional<PlatformFile> here = PlatformFile.read(dataDirectory());
      // Falling back to the usual ports would answer for another platform.
      if (here.isEmpty() && dataDirectory != null) {
        throw new PlatformException(
            "--data-dir: no platform runs in %s; name the folder of one that runs, or start one with: %s"
                .formatted(dataDirectory, up()));
      } else if (here.isEmpty() && isHere() && PlatformFile.load(dataDirectory()).isPresent()) {
        throw new PlatformException(
            "no platform runs in %s; start it with: %s, or say which cluster: --bootstrap-servers"
                .formatted(dataDirectory(), up()));
      }
      return here;
    } catch (IOException e) {
      throw wrong("--data-dir: cannot read " + dataDirectory() + ": " + RootCause.message(e));
    }
  }

  /** The options that name this command's cluster, as they were typed. */
  public static Map<String, String> typed(CommandLine command) {
    ParseResult parsed = command.getParseResult();
    Map<String, String> typed = new HashMap<>();
    for (CommandSpec mixin : command.getCommandSpec().mixins().values()) {
      if (mixin.userObject() instanceof ClusterOptions) {
        for (OptionSpec option : mixin.options()) {
          OptionSpec given = parsed.matchedOption(option.longestName());
          if (given != null && !given.stringValues().get(0).equals(option.defaultValue())) {
            typed.put(option.longestName(), given.stringValues().get(0));
          }
        }
      }
    }
    if (typed.containsKey("--data-dir") && System.getProperty("pairstream.process") != null) {
      // Of a platform's own process, whose addresses the data directory knows.
      typed.keySet().removeAll(Set.of("--bootstrap-servers", "--schema-registry"));
    }
    return typed;
  }

  /** Advice where the cluster does not answer: start one, unless it runs, or name another. */
  public String remedy(String addressOption) {
    try {
      Optional<PlatformFile> runs =
          PlatformFile.read(dataDirectory())
              .filter(here -> here.bootstrapServers().equals(cluster().bootstrapServers()));
      if (runs.isPresent()) {
        return "the platform in %s runs, as process %d, and is busy or starting; see what is wrong: %s"
            .formatted(dataDirectory(), runs.get().pid(), Hint.of("doctor"));
      }
    } catch (IOException | PlatformException e) {
      // None is known to run.
    }
    return "start one with: %s, say where it is: %s, or see what is wrong: %s"
        .formatted(up(), addressOption, Hint.of("doctor"));
  }

  private String up() {
    return Hint.called()
        + " up"
        + (dataDirectory == null ? "" : " --data-dir " + Hint.quoted(dataDirectory.toString()));
  }

  public Path dataDirectory() {
    return dataDirectory == null ? Path.of("pairstream-data") : dataDirectory;
  }

  /** Settings of the configuration file; none where there is no file. */
  private Map<String, String> configured() {
    if (config == null) {
      return Map.of();
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(config)) {
      properties.load(reader);
    } catch (NoSuchFileException e) {
      throw wrong("--config: there is no file " + config);
    } catch (IOException | IllegalArgumentException e) {
      throw wrong("--config: cannot read " + config + ": " + RootCause.message(e));
    }
    TreeSet<String> unknown = new TreeSet<>(properties.stringPropertyNames());
    unknown.removeIf(key -> key.startsWith(KAFKA_PREFIX) || key.startsWith(REGISTRY_PREFIX));
    if (!unknown.isEmpty()) {
      throw wrong(
          "--config: %s has unknown settings: %s; each must begin with %s or %s"
              .formatted(config, String.join(", ", unknown), KAFKA_PREFIX, REGISTRY_PREFIX));
    }
    return Utils.propsToStringMap(properties);
  }

  private CommandLine.ParameterException wrong(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }
}
