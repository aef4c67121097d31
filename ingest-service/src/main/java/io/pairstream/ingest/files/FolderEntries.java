package io.pairstream.ingest.files;

import io.pairstream.schemas.wire.StrictUtf8;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The images below a folder with the captions beside them: {@code owl.jpg} and {@code owl.txt},
 * whose lines that are not blank are one caption each.
 */
final class FolderEntries implements EntryReader {

  /** Largest file of captions that is read, in bytes. */
  private static final long MAX_CAPTION_FILE_BYTES = 1024 * 1024;

  private final Path folder;
  private final SortedFiles files;
  private final long images;
  private long number;

  /**
   * @param images how many images there are, as far as is known: what the share read rests on
   */
  FolderEntries(Path folder, long images) {
    this.folder = folder;
    this.files = new SortedFiles(folder);
    this.images = images;
  }

  @Override
  public Optional<Entry> next() {
    return nextImage().map(this::entry);
  }

  @Override
  public void skip(long last) {
    while (number < last && nextImage().isPresent()) {}
  }

  @Override
  public double share() {
    return images == 0 ? 0 : Math.min(1, (double) number / images);
  }

  @Override
  public void close() {}

  private Optional<Path> nextImage() {
    while (files.hasNext()) {
      Path file = files.next();
      if (ImageFileType.mediaType(file.toString()).isPresent()) {
        number++;
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  private Entry entry(Path file) {
    String name = folder.relativize(file).toString();
    Entry entry = new Entry(number, name, ColumnNames.USUAL).file(name);
    Path captions = ImageFileType.captionsBeside(file);
    String captionName = captions.getFileName().toString();
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
