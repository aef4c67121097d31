package io.pairstream.ingest.files;

import io.pairstream.schemas.wire.StrictUtf8;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The images below a folder with the captions beside them: {@code owl.jpg} and {@code owl.txt},
 * whose lines that are not blank are one caption each.
 */
final class FolderEntries implements Entry.Reader, Entry.Input {

  /** Largest file of captions that is read, in bytes. */
  private static final long MAX_CAPTION_FILE_BYTES = 1024 * 1024;

  private final Path folder;
  private final Iterator<Path> files;
  private final long images;
  private long number;

  /**
   * @throws UnusableSourceException where it holds no image
   */
  FolderEntries(Path folder) {
    this.folder = folder;
    this.files = images(folder).iterator();
    this.images = images(folder).count();
    if (images == 0) {
      throw new UnusableSourceException(
          "%s holds no images (jpg, jpeg, png, webp, gif) and no caption list (%s)"
              .formatted(folder, String.join(", ", PairSource.LISTS)));
    }
  }

  private static Stream<Path> images(Path folder) {
    return ImageFiles.below(folder)
        .filter(file -> ImageFiles.mediaType(file.toString()).isPresent());
  }

  @Override
  public Optional<Entry> next() {
    if (!files.hasNext()) {
      return Optional.empty();
    }
    number++;
    return Optional.of(entry(files.next()));
  }

  @Override
  public void skip(long last) {
    for (; number < last && files.hasNext(); number++) {
      Path unused = files.next();
    }
  }

  @Override
  public double share() {
    return Math.min(1, (double) number / images);
  }

  @Override
  public void close() {}

  private Entry entry(Path file) {
    String name = folder.relativize(file).toString();
    Entry entry = new Entry(number, name, ColumnNames.USUAL).file(name);
    String captionName = file.getFileName().toString().replaceFirst("\\.[^.]*$", "") + ".txt";
    Path captions = file.resolveSibling(captionName);
    try {
      if (!Files.isRegularFile(captions)) {
        return entry.problem("there is no caption: " + captionName + " is not beside it");
      }
      if (Files.size(captions) > MAX_CAPTION_FILE_BYTES) {
        return entry.problem(captionName + " is too large for captions: over 1 MiB");
      }
      entry.captionLines(SourceInput.withoutMark(StrictUtf8.decode(Files.readAllBytes(captions))));
      return entry.hasCaptions()
          ? entry
          : entry.problem("there is no caption: " + captionName + " is empty");
    } catch (CharacterCodingException e) {
      return entry.problem(captionName + " is not UTF-8");
    } catch (IOException e) {
      return entry.problem(captionName + " cannot be read: " + e.getMessage());
    }
  }
}
