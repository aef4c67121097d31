package io.pairstream.cleaning;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** The files that come with the product, beside its classes. */
public final class ClassPathFile {

  private ClassPathFile() {}

  /** The bytes of the file that has this name beside a class, or a path from {@code /} on. */
  public static byte[] bytes(Class<?> beside, String name) {
    try (InputStream in = beside.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the class path lacks " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + name + " from the class path", e);
    }
  }

  /** The text of such a file, in UTF-8. */
  public static String text(Class<?> beside, String name) {
    return new String(bytes(beside, name), StandardCharsets.UTF_8);
  }

  /** The lines of such a file, in UTF-8. */
  public static Stream<String> lines(Class<?> beside, String name) {
    return text(beside, name).lines();
  }

  /** Content of a file beside the class, unpacked with gzip. */
  public static byte[] unzipped(Class<?> beside, String name) {
    return unzipped(bytes(beside, name));
  }

  /** Content of a gzip file, unpacked. */
  public static byte[] unzipped(byte[] file) {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(file))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("not a file of gzip", e);
    }
  }
}
