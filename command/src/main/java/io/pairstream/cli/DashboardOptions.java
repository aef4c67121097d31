package io.pairstream.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which operators' service a command asks, and with which key. */
final class DashboardOptions {

  @Option(names = "--dashboard", paramLabel = "URL")
  private URI dashboard;

  @Option(names = "--api-key-file", paramLabel = "FILE")
  private Path keyFile;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /**
   * The one that was named, if one was.
   *
   * @throws ParameterException where it is no address
   * @throws IOException where the key cannot be read
   */
  Optional<DashboardClient> named() throws IOException {
    if (dashboard == null) {
      return Optional.empty();
    }
    if (!dashboard.toString().matches("https?://.+") || dashboard.getHost() == null) {
      throw new ParameterException(
          spec.commandLine(),
          "--dashboard must be an address such as http://127.0.0.1:8082, was " + dashboard);
    }
    return Optional.of(new DashboardClient(dashboard, key()));
  }

  /**
   * The one at an address.
   *
   * @throws IOException where the key cannot be read
   */
  DashboardClient at(String address) throws IOException {
    return new DashboardClient(URI.create(address), key());
  }

  private Optional<String> key() throws IOException {
    return keyFile == null ? Optional.empty() : Optional.of(Files.readString(keyFile).strip());
  }
}
