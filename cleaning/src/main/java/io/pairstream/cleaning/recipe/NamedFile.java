package io.pairstream.cleaning.recipe;

import io.pairstream.cleaning.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * A file that a recipe names.
 *
 * @param path absolute
 * @param sha256 lower-case hex SHA-256 of its content
 */
public record NamedFile(Path path, String sha256) {

  private static final int BUFFER_BYTES = 1 << 16;

  /** Lower-case hex SHA-256 of what a file holds now. */
  public static String sha256(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      MessageDigest digest = Sha256.begin();
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    }
  }
}
