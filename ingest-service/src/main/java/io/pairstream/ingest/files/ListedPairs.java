package io.pairstream.ingest.files;

import io.pairstream.ingest.files.CaptionedFile.Caption;
import io.pairstream.ingest.files.EntryReader.Entry;
import io.pairstream.ingest.files.ImageFiles.UnreadableImageException;
import io.pairstream.ingest.publish.NewPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;

/** The pairs of a caption list, in its order: an image with three captions is three pairs. */
final class ListedPairs implements PairSource {

  private final String listName;
  private final EntryReader entries;
  private final ImageFiles images;
  private final SourceDefaults defaults;
  private final List<String> notices;
  private final Queue<SourceItem> ready = new ArrayDeque<>();

  ListedPairs(
      String listName,
      EntryReader entries,
      ImageFiles images,
      SourceDefaults defaults,
      List<String> notices) {
    this.listName = listName;
    this.entries = entries;
    this.images = images;
    this.defaults = defaults;
    this.notices = List.copyOf(notices);
  }

  @Override
  public List<String> notices() {
    return notices;
  }

  @Override
  public boolean hasNext() {
    try {
      while (ready.isEmpty()) {
        Optional<Entry> entry = entries.next();
        if (entry.isEmpty()) {
          return false;
        }
        read(entry.get());
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(listName + " cannot be read on: " + e.getMessage(), e);
    }
  }

  @Override
  public SourceItem next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return ready.remove();
  }

  @Override
  public void close() {
    try {
      entries.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read(Entry entry) {
    String where = listName + ":" + entry.line();
    if (entry instanceof Entry.Unreadable unreadable) {
      ready.add(new SourceItem.Problem(where, unreadable.message()));
      return;
    }
    CaptionedFile listed = ((Entry.Parsed) entry).file();
    try {
      Path file = images.resolve(listed.file());
      ByteBuffer image = images.read(file, listed.file());
      for (Caption caption : listed.captions()) {
        ready.add(
            caption.text().isBlank()
                ? new SourceItem.Problem(where, "a caption of " + listed.file() + " is empty")
                : new SourceItem.Pair(where, pair(listed, file, image, caption)));
      }
    } catch (UnreadableImageException e) {
      ready.add(new SourceItem.Problem(where, e.getMessage()));
    }
  }

  private NewPair pair(CaptionedFile listed, Path file, ByteBuffer image, Caption caption) {
    return new NewPair(
        image,
        caption.text(),
        caption.language(),
        defaults.sourceKind(),
        listed.contributor().isEmpty() ? defaults.contributor() : listed.contributor(),
        listed.url(),
        listed.licence().isEmpty() ? defaults.licence() : listed.licence(),
        ImageFileType.mediaType(file).orElse(""),
        listed.annotations());
  }
}
