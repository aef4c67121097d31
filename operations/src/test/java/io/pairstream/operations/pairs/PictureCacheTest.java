package io.pairstream.operations.pairs;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.Origin;
import org.junit.jupiter.api.Test;

class PictureCacheTest {

  private static final PictureCache.Entry PICTURE =
      new PictureCache.Entry(new ShownPicture.Jpeg(new byte[1_000]), PictureCache.Owner.NOBODY);

  @Test
  void forgetsWhatWasAskedForLongestAgo() {
    PictureCache cache = new PictureCache(4_000);
    cache.put(key(1), PICTURE);
    cache.put(key(2), PICTURE);
    assertThat(cache.get(key(1))).isPresent();

    cache.put(key(3), PICTURE);

    assertThat(cache.get(key(1))).isPresent();
    assertThat(cache.get(key(2))).isEmpty();
    assertThat(cache.get(key(3))).isPresent();
    assertThat(cache.bytes()).isLessThanOrEqualTo(4_000);
  }

  @Test
  void entriesWithoutAPictureTakeSpaceToo() {
    PictureCache cache = new PictureCache(4_000);
    for (int i = 0; i < 100; i++) {
      cache.put(
          key(i),
          new PictureCache.Entry(new ShownPicture.None("damaged"), PictureCache.Owner.NOBODY));
    }

    assertThat(cache.get(key(0))).isEmpty();
    assertThat(cache.get(key(99))).isPresent();
    assertThat(cache.bytes()).isLessThanOrEqualTo(4_000);
  }

  @Test
  void countsAPictureThatIsPutTwiceOnce() {
    PictureCache cache = new PictureCache(4_000);
    cache.put(key(1), PICTURE);
    cache.put(key(1), PICTURE);

    assertThat(cache.bytes()).isEqualTo(1_500);
  }

  private static PictureCache.Key key(long offset) {
    return new PictureCache.Key(new Origin("topic", 0, offset), 256);
  }
}
