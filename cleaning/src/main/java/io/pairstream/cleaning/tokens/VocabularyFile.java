package io.pairstream.cleaning.tokens;

import io.pairstream.cleaning.ClassPathFile;
import io.pairstream.cleaning.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;

/** The vocabularies that come with the product, and what identifies any vocabulary. */
final class VocabularyFile {

  private VocabularyFile() {}

  /** The bytes of a file of this package. */
  static byte[] read(String name) {
    return ClassPathFile.bytes(VocabularyFile.class, name);
  }

  /** What is in a file compressed with gzip. */
  static byte[] unzip(byte[] file) {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(file))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("not a file of gzip", e);
    }
  }

  /** Lower-case hex SHA-256. */
  static String digest(byte[] file) {
    return HexFormat.of().formatHex(Sha256.of(file));
  }
}
