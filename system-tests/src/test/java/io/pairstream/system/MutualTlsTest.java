package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.pairstream.schemas.topics.ClientRights;
import io.pairstream.testing.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Services, commands and the loader in Python on a broker that knows each client by the certificate
 * that {@code deploy/tls/certificates.sh} makes for it, with a registry that speaks https: as
 * {@code deploy/tls/compose.yaml} has them.
 */
@Timeout(900)
class MutualTlsTest {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));
  private static final Path SCRIPT = PROJECT.resolve("deploy/tls/certificates.sh");
  private static final int PAIRS = 20;

  private static final String TRAINER =
      """
      import sys, pairstream
      bootstrap, registry, ca, certificate, key = sys.argv[1:]
      tls = {"security.protocol": "SSL", "ssl.ca.location": ca,
             "ssl.certificate.location": certificate, "ssl.key.location": key}
      try:
          pairstream.open(bootstrap, registry=registry, client=tls)
      except pairstream.errors.Unavailable as e:
          assert f"the certificate of {registry} is not trusted here" in str(e), e
      else:
          raise AssertionError("an untrusted registry")
      source = pairstream.open(bootstrap, registry=registry, client=tls, registry_client={"ssl.ca.location": ca})
      with pairstream.Loader(source, source.cut(), batch_size=2, seed=7, epochs=1) as loader:
          print(len(next(iter(loader)).pair_ids), "pairs")
      """;

  @TempDir private Path folder;

  @Test
  @Tag("full")
  void everybodyIsKnownByACertificateAndHasItsRightsAlone() throws Exception {
    Path certificates = certificates("made");
    Path others = certificates("others");

    try (EmbeddedKafka kafka = new EmbeddedKafka(folder.resolve("kafka"), broker(certificates));
        GuardedPlatform platform =
            new GuardedPlatform(
                folder, kafka.bootstrapServers(), client -> settings(certificates, client))) {
      platform.createTopics(
          2,
          " --tls-certificate %1$s.crt --tls-key %1$s.key"
              .formatted(certificates.resolve("registry-server")));
      assertThat(platform.registry()).startsWith("https://");
      platform.start("preprocess --status-listen 127.0.0.1:0 --workers 1 " + state("preprocess"));
      platform.start("fetch --status-listen 127.0.0.1:0 --allow-address 127.0.0.1/32");
      platform.start("ingest --listen 127.0.0.1:0 " + state("ingest"));
      platform.start("operate --listen 127.0.0.1:0 --anonymous " + state("operate"));
      String drawn = folder.resolve("drawn").toString();
      platform.run("import", "draw --pairs " + PAIRS + " " + drawn);
      platform.run("import", "import --wait " + drawn);
      platform.run("audit", "audit");
      platform.run("trainer", "feed --until-end --batch-size 1");

      refuses(platform, "producer", settings(certificates, "producer"), "Kafka refuses a right");
      Map<String, String> stranger = settings(certificates, "audit");
      stranger.put("kafka.ssl.keystore.location", others.resolve("audit.pem").toString());
      refuses(platform, "stranger", stranger, "refuses us");
      Map<String, String> keyless = settings(certificates, "audit");
      keyless.keySet().removeIf(key -> key.startsWith("kafka.ssl.keystore"));
      refuses(platform, "keyless", keyless, "refuses us");
      Map<String, String> trustless = settings(certificates, "audit");
      trustless.keySet().removeIf(key -> key.startsWith("schema-registry"));
      refuses(
          platform,
          "trustless",
          trustless,
          "the certificate of " + platform.registry() + " is of no authority that is trusted here",
          "schema-registry.schema.registry.ssl.truststore.location=FILE");

      platform.train(
          TRAINER,
          certificates.resolve("ca.crt"),
          certificates.resolve("trainer.crt"),
          certificates.resolve("trainer.key"));
    }
  }

  @Test
  void aCertificateIsMadeForEachClientOfTheTable() throws Exception {
    Path certificates = certificates("made");

    for (ClientRights client : GuardedPlatform.CLIENTS) {
      assertThat(certificates.resolve(client.client() + ".pem")).isNotEmptyFile();
    }
    byte[] before = Files.readAllBytes(certificates.resolve("audit.pem"));
    Files.delete(certificates.resolve("fetch.pem"));
    assertThat(certificates("made").resolve("fetch.pem")).isNotEmptyFile();
    assertThat(certificates.resolve("audit.pem")).hasBinaryContent(before);
  }

  private Path certificates(String name) throws IOException, InterruptedException {
    Path made = folder.resolve(name);
    Path log = folder.resolve("certificates.log");
    int status =
        new ProcessBuilder(SCRIPT.toString(), made.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    if (status == 69) {
      abort(Files.readString(log));
    }
    assertThat(status).as(Files.readString(log)).isZero();
    return made;
  }

  private static Map<String, String> broker(Path certificates) {
    Map<String, String> settings = new HashMap<>(stores("", certificates, "broker-1"));
    settings.put("listener.security.protocol.map", "PLAINTEXT:SSL,CONTROLLER:PLAINTEXT");
    settings.put("ssl.client.auth", "required");
    settings.put("ssl.principal.mapping.rules", "RULE:^CN=([^,]+).*$/$1/");
    settings.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    // The broker speaks to its controller without a name.
    settings.put("super.users", "User:broker-1;User:pairstream-admin;User:ANONYMOUS");
    return settings;
  }

  /** Lines of {@code deploy/tls/client.properties}, with this folder's files. */
  private static Map<String, String> settings(Path certificates, String client) {
    Map<String, String> settings = new HashMap<>(stores("kafka.", certificates, client));
    settings.put("kafka.security.protocol", "SSL");
    stores("schema-registry.schema.registry.", certificates, client)
        .forEach(
            (key, value) -> {
              if (key.contains("truststore")) {
                settings.put(key, value);
              }
            });
    return settings;
  }

  private static Map<String, String> stores(String prefix, Path certificates, String name) {
    return Map.of(
        prefix + "ssl.keystore.type",
        "PEM",
        prefix + "ssl.keystore.location",
        certificates.resolve(name + ".pem").toString(),
        prefix + "ssl.truststore.type",
        "PEM",
        prefix + "ssl.truststore.location",
        certificates.resolve("ca.crt").toString());
  }

  /** Has an audit end with these words in place of a stack trace. */
  private void refuses(
      GuardedPlatform platform, String name, Map<String, String> settings, String... words)
      throws Exception {
    Path config =
        Files.writeString(
            folder.resolve(name + ".own.properties"),
            settings.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue() + "\n")
                .collect(Collectors.joining()));
    List<String> command = new ArrayList<>(List.of("audit"));
    command.addAll(platform.cluster("audit"));
    command.set(command.size() - 1, config.toString());
    assertThat(GuardedPlatform.refusal(command)).contains(words);
  }

  private String state(String service) {
    return "--state-dir=" + folder.resolve("state-" + service);
  }
}
