package io.pairstream.cli;

import io.pairstream.operations.registry.RegistryCredential;
import io.pairstream.platform.PlatformException;
import io.pairstream.platform.PlatformFile;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.service.Cluster;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The options that say which cluster a command works on.
 *
 * <p>An address is the option's; else the {@code --config} file's, as {@code
 * kafka.bootstrap.servers} and {@code schema-registry.url}; else the one in the data directory's
 * {@code platform.json}, where a platform runs on this machine; else the usual port on loopback.
 */
final class ClusterOptions {

  private static final String KAFKA_PREFIX = "kafka.";
  private static final String REGISTRY_PREFIX = "schema-registry.";
  private static final String KAFKA_ADDRESS = "bootstrap.servers";
  private static final String REGISTRY_ADDRESS = "url";
  private static final Set<String> ADDRESSES = Set.of("--bootstrap-servers", "--schema-registry");
  private static final Path USUAL_DIRECTORY = Path.of("pairstream-data");
  private static final String USUAL_BROKER = "127.0.0.1:9092";
  private static final String USUAL_REGISTRY = "http://127.0.0.1:8081";

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
  Cluster cluster() {
    Properties file = config == null ? new Properties() : read(config);
    Map<String, String> kafka = below(KAFKA_PREFIX, file);
    Map<String, String> registry = below(REGISTRY_PREFIX, file);
    Optional<String> brokers = given(bootstrapServers, kafka.remove(KAFKA_ADDRESS));
    Optional<String> registries = given(schemaRegistry, registry.remove(REGISTRY_ADDRESS));
    Optional<PlatformFile> here =
        brokers.isPresent() && registries.isPresent() ? Optional.empty() : platformHere();
    return new Cluster(
        brokers.or(() -> here.map(PlatformFile::bootstrapServers)).orElse(USUAL_BROKER),
        registries.or(() -> here.map(PlatformFile::schemaRegistry)).orElse(USUAL_REGISTRY),
        checkedDataset(),
        kafka,
        registry);
  }

  /**
   * The same, with a credential that may register schemas.
   *
   * @param credentialFile the platform's on this machine where null, as long as the registry is its
   */
  Cluster clusterToRegisterIn(Path credentialFile) {
    Cluster cluster = cluster();
    Path file =
        credentialFile != null
            ? credentialFile
            : dataDirectory().resolve(RegistryCredential.FILE_NAME);
    boolean isOfHere =
        Files.isReadable(file)
            && platformHere()
                .map(PlatformFile::schemaRegistry)
                .equals(Optional.of(cluster.registryAddresses()));
    if (credentialFile == null && !isOfHere) {
      return cluster;
    }
    Map<String, String> settings = new HashMap<>(cluster.registrySettings());
    try {
      settings.putAll(RegistryCredential.read(file).clientSettings());
    } catch (NoSuchFileException e) {
      throw wrong("--registry-credential: there is no file " + file);
    } catch (IOException e) {
      throw wrong("--registry-credential: " + e.getMessage());
    }
    return new Cluster(
        cluster.bootstrapServers(),
        cluster.registryAddresses(),
        cluster.dataset(),
        cluster.kafkaSettings(),
        settings);
  }

  /** The dashboard of the platform on this machine, where no other cluster was named. */
  Optional<String> dashboardHere() {
    boolean elsewhere =
        bootstrapServers != null
            || (config != null && read(config).containsKey(KAFKA_PREFIX + KAFKA_ADDRESS));
    return elsewhere
        ? Optional.empty()
        : platformHere().map(here -> here.addresses().get("dashboard_url"));
  }

  private static Optional<String> given(String option, String configured) {
    return Optional.ofNullable(option).or(() -> Optional.ofNullable(configured));
  }

  private Optional<PlatformFile> platformHere() {
    try {
      Optional<PlatformFile> here = PlatformFile.read(dataDirectory());
      if (here.isEmpty() && dataDirectory != null) {
        // Falling back to the usual ports would answer for another platform.
        throw new PlatformException(
            "--data-dir: "
                + PlatformFile.whyNone(dataDirectory)
                + "; name the folder of one that runs, or start one with: "
                + Main.asCalled()
                + " up --data-dir "
                + dataDirectory);
      }
      return here;
    } catch (IOException e) {
      throw wrong("--data-dir: cannot read " + dataDirectory() + ": " + e.getMessage());
    }
  }

  /**
   * A command to run next, as it is typed here: called as this one was, with the same options that
   * say which cluster.
   *
   * @param words the command without {@code pairstream}
   */
  String hint(String words) {
    StringBuilder typed = new StringBuilder(Main.asCalled()).append(' ').append(words);
    for (String option :
        List.of(
            "--bootstrap-servers", "--schema-registry", "--dataset", "--config", "--data-dir")) {
      OptionSpec given = spec.commandLine().getParseResult().matchedOption(option);
      if (given != null
          && !given.stringValues().get(0).equals(given.defaultValue())
          && !(ADDRESSES.contains(option) && isOfPlatformHere())) {
        typed.append(' ').append(option).append(' ').append(given.stringValues().get(0));
      }
    }
    return typed.toString();
  }

  /** Whether the addresses are those of the platform in the data directory, which says them. */
  private boolean isOfPlatformHere() {
    try {
      return dataDirectory != null
          && PlatformFile.read(dataDirectory)
              .filter(here -> here.bootstrapServers().equals(bootstrapServers))
              .isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  Path dataDirectory() {
    return dataDirectory == null ? USUAL_DIRECTORY : dataDirectory;
  }

  private Dataset checkedDataset() {
    try {
      return new Dataset(dataset);
    } catch (IllegalArgumentException e) {
      throw wrong("--dataset: " + e.getMessage());
    }
  }

  private Properties read(Path path) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (NoSuchFileException e) {
      throw wrong("--config: there is no file " + path);
    } catch (IOException | IllegalArgumentException e) {
      throw wrong("--config: cannot read " + path + ": " + e);
    }
    TreeSet<String> unknown = new TreeSet<>(properties.stringPropertyNames());
    unknown.removeIf(key -> key.startsWith(KAFKA_PREFIX) || key.startsWith(REGISTRY_PREFIX));
    if (!unknown.isEmpty()) {
      throw wrong(
          "--config: "
              + path
              + " has settings that nobody reads: "
              + String.join(", ", unknown)
              + "; each must begin with "
              + KAFKA_PREFIX
              + " or "
              + REGISTRY_PREFIX);
    }
    return properties;
  }

  private static Map<String, String> below(String prefix, Properties properties) {
    return properties.stringPropertyNames().stream()
        .filter(key -> key.startsWith(prefix))
        .collect(Collectors.toMap(key -> key.substring(prefix.length()), properties::getProperty));
  }

  private CommandLine.ParameterException wrong(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }
}
