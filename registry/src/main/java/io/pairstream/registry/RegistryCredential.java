package io.pairstream.registry;

import io.pairstream.service.http.Incoming;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;

/**
 * Credential for registering schemas: a user name and a password, in a file that its owner alone
 * may read.
 */
public final class RegistryCredential {

  /** The file's name in a platform's data directory. */
  public static final String FILE_NAME = "registry.credential";

  private static final int RANDOM_BYTES = 32;

  /** {@code user:password}. */
  private final String text;

  private RegistryCredential(String text) {
    this.text = text;
  }

  /** The file's; makes one where there is none. */
  static RegistryCredential ofFile(Path file) throws IOException {
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    String fresh = "pairstream:" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    if (Files.notExists(file)) {
      // Java gives temporary files to their owner alone.
      Path whole = Files.createTempFile(file.toAbsolutePath().getParent(), FILE_NAME, ".new");
      Files.move(Files.writeString(whole, fresh + "\n"), file);
    }
    return read(file);
  }

  /**
   * The credential in a file.
   *
   * @throws java.nio.file.NoSuchFileException where there is none
   */
  public static RegistryCredential read(Path file) throws IOException {
    String text = Files.readString(file).strip();
    if (!text.matches("[^:\\s]+:\\S{16,}")) {
      throw new IOException(file + " holds no user:password of 16 characters and more");
    }
    return new RegistryCredential(text);
  }

  /** Settings with which a registry client sends it. */
  public Map<String, String> clientSettings() {
    return Map.of("basic.auth.credentials.source", "USER_INFO", "basic.auth.user.info", text);
  }

  boolean isIn(Incoming request) {
    String right = "Basic " + Base64.getEncoder().encodeToString(bytes(text));
    return MessageDigest.isEqual(bytes(right), bytes(request.header("Authorization").orElse("")));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
