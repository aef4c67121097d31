package io.pairstream.ingest.files;

import io.pairstream.ingest.files.CaptionedImage.Caption;
import io.pairstream.ingest.files.CaptionedImage.Place;
import io.pairstream.ingest.files.EntryReader.Entry;
import io.pairstream.ingest.files.ImageFiles.UnreadableImageException;
import io.pairstream.ingest.publish.InvalidLinkException;
import io.pairstream.ingest.publish.NewLink;
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

/** The pairs of a data set's entries, in its order: an image with three captions is three pairs. */
final class ListedPairs implements PairSource {

  private final String name;
  private final EntryReader entries;
  private final ImageFiles images;
  private final SourceDefaults defaults;
  private final boolean asLinks;
  private final List<String> notices;
  private final Queue<SourceItem> ready = new ArrayDeque<>();
  private long entry;

  /**
   * @param name what the data set is called in messages; empty where its entries say where they are
   * @param images where the files are that entries name
   * @param asLinks whether an entry with a URL is a link even where it tells an image too
   */
  ListedPairs(
      String name,
      EntryReader entries,
      ImageFiles images,
      SourceDefaults defaults,
      boolean asLinks,
      List<String> notices) {
    this.name = name;
    this.entries = entries;
    this.images = images;
    this.defaults = defaults;
    this.asLinks = asLinks;
    this.notices = List.copyOf(notices);
  }

  @Override
  public List<String> notices() {
    return notices;
  }

  @Override
  public void skip(long last) {
    ready.removeIf(item -> item.entry() <= last);
    if (entry >= last) {
      return;
    }
    try {
      entries.skip(last);
      Optional<Entry> next = entries.next();
      while (next.isPresent() && next.get().number() <= last) {
        next = entries.next();
      }
      entry = next.map(Entry::number).orElse(last);
      next.ifPresent(this::read);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  @Override
  public double share() {
    return entries.share();
  }

  @Override
  public boolean hasNext() {
    try {
      while (ready.isEmpty()) {
        Optional<Entry> next = entries.next();
        if (next.isEmpty()) {
          return false;
        }
        entry = next.get().number();
        read(next.get());
      }
      return true;
    } catch (IOException e) {
      throw unreadable(e);
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

  private UncheckedIOException unreadable(IOException e) {
    return new UncheckedIOException(
        name + " cannot be read on after entry " + entry + ": " + e.getMessage(), e);
  }

  private void read(Entry next) {
    String where = name.isEmpty() ? next.place() : name + ":" + next.place();
    if (next instanceof Entry.Unreadable unreadable) {
      ready.add(new SourceItem.Problem(entry, where, unreadable.message()));
      return;
    }
    CaptionedImage listed = ((Entry.Parsed) next).image();
    try {
      if (listed.image() instanceof Place.OnTheWeb || (asLinks && !listed.url().isEmpty())) {
        listed.captions().forEach(caption -> ready.add(link(where, listed, caption)));
        return;
      }
      Found found = found(listed.image());
      for (Caption caption : listed.captions()) {
        ready.add(
            caption.text().isBlank()
                ? new SourceItem.Problem(entry, where, "a caption of " + found.name() + " is empty")
                : new SourceItem.Pair(entry, where, pair(listed, found, caption)));
      }
    } catch (UnreadableImageException e) {
      String hint =
          listed.url().isEmpty() ? "" : "; with --links its URL is published, to be fetched";
      String about = listed.image() instanceof Place.Named named ? named.file() : where;
      ready.add(new SourceItem.Problem(entry, where, e.getMessage() + hint, about));
    }
  }

  private Found found(Place place) throws UnreadableImageException {
    if (place instanceof Place.Inline inline) {
      return new Found(
          inline.file().isEmpty() ? "the image" : inline.file(),
          inline.image(),
          ImageFileType.mediaType(inline.file()).orElse(""));
    }
    String file = ((Place.Named) place).file();
    Path path = images.resolve(file);
    return new Found(file, images.read(path, file), ImageFileType.mediaType(path).orElse(""));
  }

  private SourceItem link(String where, CaptionedImage listed, Caption caption) {
    try {
      return new SourceItem.Link(
          entry,
          where,
          new NewLink(
              listed.url(),
              caption.text(),
              caption.language(),
              contributor(listed),
              licence(listed),
              listed.expectedDigest(),
              listed.annotations(),
              defaults.sourceKind()));
    } catch (InvalidLinkException e) {
      return new SourceItem.Problem(entry, where, e.getMessage());
    }
  }

  private NewPair pair(CaptionedImage listed, Found image, Caption caption) {
    return new NewPair(
        image.bytes().duplicate(),
        caption.text(),
        caption.language(),
        defaults.sourceKind(),
        contributor(listed),
        listed.url(),
        licence(listed),
        image.mediaType(),
        listed.annotations());
  }

  private String contributor(CaptionedImage listed) {
    return listed.contributor().isEmpty() ? defaults.contributor() : listed.contributor();
  }

  private String licence(CaptionedImage listed) {
    return listed.licence().isEmpty() ? defaults.licence() : listed.licence();
  }

  private record Found(String name, ByteBuffer bytes, String mediaType) {}
}
