package io.pairstream.ingest.files;

import io.pairstream.ingest.files.ImageFiles.UnreadableImageException;
import io.pairstream.ingest.publish.NewPair;
import io.pairstream.schemas.wire.StrictUtf8;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;

/**
 * The images below a folder with the captions beside them: {@code owl.jpg} and {@code owl.txt},
 * whose lines that are not blank are one caption each.
 */
final class FolderPairs implements PairSource {

  /** Largest file of captions that is read, in bytes. */
  private static final long MAX_CAPTION_FILE_BYTES = 1024 * 1024;

  private final Path folder;
  private final SortedFiles files;
  private final ImageFiles imageFiles;
  private final long images;
  private final SourceDefaults defaults;
  private final List<String> notices;
  private final Queue<SourceItem> ready = new ArrayDeque<>();
  private long entry;

  /**
   * @param images how many images there are, as far as is known: what the share read rests on
   * @param notices what the owner is told of the folder
   */
  FolderPairs(Path folder, long images, SourceDefaults defaults, List<String> notices) {
    this.folder = folder;
    this.files = new SortedFiles(folder);
    this.imageFiles = new ImageFiles(folder);
    this.images = images;
    this.defaults = defaults;
    this.notices = List.copyOf(notices);
  }

  @Override
  public List<String> notices() {
    return notices;
  }

  @Override
  public void skip(long last) {
    ready.removeIf(item -> item.entry() <= last);
    while (entry < last && files.hasNext()) {
      if (ImageFileType.mediaType(files.next()).isPresent()) {
        entry++;
      }
    }
  }

  @Override
  public double share() {
    return images == 0 ? 0 : Math.min(1, (double) entry / images);
  }

  @Override
  public boolean hasNext() {
    while (ready.isEmpty() && files.hasNext()) {
      Path file = files.next();
      if (ImageFileType.mediaType(file).isPresent()) {
        entry++;
        read(file);
      }
    }
    return !ready.isEmpty();
  }

  @Override
  public SourceItem next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return ready.remove();
  }

  @Override
  public void close() {}

  private void read(Path file) {
    String where = folder.relativize(file).toString();
    Path captionFile = ImageFileType.beside(file, "txt");
    String captionName = captionFile.getFileName().toString();
    try {
      if (!Files.isRegularFile(captionFile)) {
        problem(where, "there is no caption: " + captionName + " is not beside it");
        return;
      }
      if (Files.size(captionFile) > MAX_CAPTION_FILE_BYTES) {
        problem(where, captionName + " is too large for captions: over 1 MiB");
        return;
      }
      String text = ByteOrderMark.removedFrom(StrictUtf8.decode(Files.readAllBytes(captionFile)));
      List<String> captions = text.lines().filter(line -> !line.isBlank()).toList();
      if (captions.isEmpty()) {
        problem(where, "there is no caption: " + captionName + " is empty");
        return;
      }
      ByteBuffer image = imageFiles.read(file.toAbsolutePath().normalize(), where);
      for (String caption : captions) {
        ready.add(new SourceItem.Pair(entry, where, pair(file, image, caption)));
      }
    } catch (CharacterCodingException e) {
      problem(where, captionName + " is not UTF-8");
    } catch (UnreadableImageException e) {
      problem(where, e.getMessage());
    } catch (IOException e) {
      problem(where, captionName + " cannot be read: " + e.getMessage());
    }
  }

  private void problem(String where, String message) {
    ready.add(new SourceItem.Problem(entry, where, message));
  }

  private NewPair pair(Path file, ByteBuffer image, String caption) {
    return new NewPair(
        image,
        caption,
        "",
        defaults.sourceKind(),
        defaults.contributor(),
        "",
        defaults.licence(),
        ImageFileType.mediaType(file).orElse(""),
        Map.of());
  }
}
