package io.pairstream.ingest.files;

import io.pairstream.schemas.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A file or folder to import.
 *
 * @param path absolute
 * @param fingerprint changes when the source does: over the names, sizes and times of its files
 * @param sizeBytes what reading it costs, for estimates; at least 1
 */
public record ImportSource(Path path, String fingerprint, long sizeBytes) {

  private static final Pattern SHARD = Pattern.compile(".*\\.(tar|tgz|parquet)(\\.(gz|zst))?");

  /**
   * What paths lead to. A folder that holds nothing but shards leads to these, sorted by name. What
   * comes twice is taken once.
   *
   * @throws UnusableSourceException where one leads nowhere
   */
  public static List<ImportSource> of(List<String> paths) {
    Set<Path> found = new LinkedHashSet<>();
    List<ImportSource> sources = new ArrayList<>();
    try {
      for (String path : paths) {
        if (!Files.exists(Path.of(path))) {
          throw new UnusableSourceException(path + " does not exist");
        }
        found.addAll(shards(Path.of(path).toAbsolutePath().normalize()));
      }
      for (Path path : found) {
        sources.add(of(path));
      }
      return List.copyOf(sources);
    } catch (InvalidPathException e) {
      throw new UnusableSourceException("'" + e.getInput() + "' is no path");
    } catch (IOException | UncheckedIOException e) {
      throw new UnusableSourceException("what to import cannot be read: " + e.getMessage());
    }
  }

  private static ImportSource of(Path path) throws IOException {
    MessageDigest digest = Sha256.begin();
    long size = 0;
    Stream<Path> files = Files.isDirectory(path) ? ImageFiles.below(path) : Stream.of(path);
    for (Path file : (Iterable<Path>) files::iterator) {
      long bytes = Files.size(file);
      size += bytes;
      String entry =
          path.relativize(file) + "\0" + bytes + "\0" + Files.getLastModifiedTime(file) + "\n";
      digest.update(entry.getBytes(StandardCharsets.UTF_8));
    }
    return new ImportSource(
        path, HexFormat.of().formatHex(digest.digest(), 0, 16), Math.max(1, size));
  }

  /** The shards of a folder that holds no images and no list, or the path itself. */
  private static List<Path> shards(Path path) {
    if (!Files.isDirectory(path)
        || ImageFiles.below(path).map(ImportSource::name).anyMatch(ImportSource::isOfAFolder)) {
      return List.of(path);
    }
    List<Path> shards =
        ImageFiles.below(path).filter(file -> SHARD.matcher(name(file)).matches()).toList();
    return shards.isEmpty() ? List.of(path) : shards;
  }

  private static boolean isOfAFolder(String name) {
    return ImageFiles.mediaType(name).isPresent() || PairSource.LISTS.contains(name);
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }
}
