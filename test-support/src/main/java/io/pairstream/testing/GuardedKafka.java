package io.pairstream.testing;

import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A broker in this JVM that asks clients for name and password, and for rights: only {@link #ADMIN}
 * has any, and may do everything.
 */
public final class GuardedKafka implements AutoCloseable {

  /** Name of the user who may do everything. */
  public static final String ADMIN = "admin";

  private static final String LOGIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\"";

  private final EmbeddedKafka kafka;

  /**
   * Starts a broker with its data in an empty folder.
   *
   * @param users names of all who may log in, besides {@link #ADMIN}
   */
  public GuardedKafka(Path folder, Collection<String> users) throws Exception {
    String passwords =
        users.stream()
            .map(user -> " user_%s=\"%s\"".formatted(user, password(user)))
            .collect(Collectors.joining());
    Map<String, String> settings = new HashMap<>();
    settings.put("listener.security.protocol.map", "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("sasl.enabled.mechanisms", "PLAIN");
    settings.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
    settings.put(
        "listener.name.plaintext.plain.sasl.jaas.config",
        LOGIN.formatted(ADMIN, password(ADMIN))
            + " user_%s=\"%s\"".formatted(ADMIN, password(ADMIN))
            + passwords
            + ";");
    settings.put("authorizer.class.name", NotingAuthorizer.class.getName());
    // The broker speaks to its controller without a name.
    settings.put("super.users", "User:" + ADMIN + ";User:ANONYMOUS");
    NotingAuthorizer.forget();
    kafka = new EmbeddedKafka(folder, settings);
  }

  public String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  /** Settings with which a client logs in as a user. */
  public static Map<String, String> login(String user) {
    return Map.of(
        "security.protocol",
        "SASL_PLAINTEXT",
        "sasl.mechanism",
        "PLAIN",
        "sasl.jaas.config",
        LOGIN.formatted(user, password(user)) + ";");
  }

  /** Operations that users have done since this broker started, and were allowed to. */
  public Set<NotingAuthorizer.Allowed> allowed() {
    return NotingAuthorizer.noted();
  }

  @Override
  public void close() {
    kafka.close();
  }

  /** Password of a user. */
  public static String password(String user) {
    return "of-" + user;
  }
}
