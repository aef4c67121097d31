package io.pairstream.operations.pairs;

import io.pairstream.schemas.Origin;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The pictures that were shown last, as many as fit. Thread-safe. */
final class PictureCache {

  /** What an entry without a picture takes, about. */
  private static final long ENTRY_BYTES = 500;

  private final long mostBytes;
  private final Map<Key, Entry> pictures = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /** One image at one size. */
  record Key(Origin at, int sizePx) {}

  /**
   * What is remembered.
   *
   * @param owner who may withdraw it
   */
  record Entry(ShownPicture picture, Owner owner) {}

  /** By what a picture can be withdrawn; all empty of what is none. */
  record Owner(
      String pairId, String imageDigest, String contributor, String sourceKind, String url) {

    static final Owner NOBODY = new Owner("", "", "", "", "");
  }

  PictureCache(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  synchronized Optional<Entry> get(Key key) {
    return Optional.ofNullable(pictures.get(key));
  }

  synchronized void put(Key key, Entry entry) {
    Entry before = pictures.put(key, entry);
    bytes += size(entry) - (before == null ? 0 : size(before));
    Iterator<Entry> oldest = pictures.values().iterator();
    while (bytes > mostBytes && oldest.hasNext()) {
      bytes -= size(oldest.next());
      oldest.remove();
    }
  }

  synchronized long bytes() {
    return bytes;
  }

  private static long size(Entry entry) {
    return ENTRY_BYTES
        + (entry.picture() instanceof ShownPicture.Jpeg jpeg ? jpeg.jpeg().length : 0);
  }
}
