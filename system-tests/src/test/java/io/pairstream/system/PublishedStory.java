package io.pairstream.system;

import io.pairstream.drawing.DrawnPairs;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * Pairs of several producers on a platform: a phone's app sends its files' names as captions, an
 * archive's pictures are eight pixels too small, a page has words that say nothing, and a person
 * sends texts that would run where they are taken for more than words.
 */
final class PublishedStory {

  static final int BROKEN = 60;
  static final int TOO_SMALL = 40;
  static final int WORDLESS = 9;
  static final int REJECTED = BROKEN + TOO_SMALL + WORDLESS;

  /** A caption of which the model reads the beginning only; cleaning changes it. */
  private static final String LONG_CAPTION =
      "  A lighthouse on a rock &amp; the ocean. The photograph was taken early in the morning,"
          + " before anybody else had come: the light is still low and a little golden, long"
          + " shadows lie to the left of each thing, and far behind everything a pale band of mist"
          + " hides where the ground ends. Whoever looks longer finds small matters at the edges, a"
          + " glove that somebody forgot, two sparrows, the corner of a newspaper, a crooked sign"
          + " with faded letters, tyre marks, an open window on the upper floor with one curtain"
          + " drawn, and in its glass a reflection of the photographer, who wears a dark hat and"
          + " holds the camera with both hands.";

  private final RunningPlatform platform;
  private final DrawnPairs drawn = new DrawnPairs(5, 0.0);
  private int number;

  /** Id of the pair with the longest caption. */
  private String longest;

  /** Ids of pairs whose texts are traps. */
  private final List<String> traps = new ArrayList<>();

  private PublishedStory(RunningPlatform platform) {
    this.platform = platform;
  }

  /** Publishes all of it, and waits until it is decided. */
  static PublishedStory on(RunningPlatform platform) {
    PublishedStory story = new PublishedStory(platform);
    try (PairPublisher crowd = platform.publisher(platform.topics().crowdsourced());
        PairPublisher web = platform.publisher(platform.topics().scraped())) {
      for (int i = 0; i < 20; i++) {
        crowd.publish(story.good(SourceKind.CROWDSOURCED, "garden-club", "")).join();
        crowd.publish(story.good(SourceKind.IMPORTED, "museum", "")).join();
        web.publish(story.good(SourceKind.SCRAPED, "", "https://pictures.example/" + i)).join();
      }
      for (int i = 0; i < TOO_SMALL; i++) {
        RawPair pair = story.good(SourceKind.IMPORTED, "harbour-archive", "");
        crowd.publish(changed(pair, story.small(), pair.getCaption())).join();
      }
      for (int i = 0; i < BROKEN; i++) {
        String name = "IMG_" + (2041 + i) + ".jpg";
        RawPair pair =
            story.good(SourceKind.CROWDSOURCED, "phone-app", "https://phone.example/" + name);
        crowd.publish(changed(pair, pair.getImage(), name)).join();
      }
      for (int i = 0; i < WORDLESS; i++) {
        RawPair pair = story.good(SourceKind.SCRAPED, "", "https://pictures.example/w" + i);
        web.publish(changed(pair, pair.getImage(), "wow")).join();
      }
      RawPair longest = story.good(SourceKind.IMPORTED, "museum", "");
      crowd.publish(changed(longest, longest.getImage(), LONG_CAPTION)).join();
      story.longest =
          PairIdentity.pairId(PairIdentity.imageDigest(longest.getImage()), LONG_CAPTION);
    }
    story.publishTraps();
    platform.awaitAllDecided();
    return story;
  }

  String longest() {
    return longest;
  }

  List<String> traps() {
    return traps;
  }

  /** As a client that may write to the topic sends it, past all checks of the ingest API. */
  void publishTraps() {
    for (String trap : PageTest.TRAPS) {
      ByteBuffer image = small();
      traps.add(PairIdentity.pairId(PairIdentity.imageDigest(image), trap));
      RawPair pair =
          RawPair.newBuilder()
              .setImage(image)
              .setCaption(trap)
              .setMetadata(
                  PairMetadata.newBuilder()
                      .setContributor(trap)
                      .setUrl(trap)
                      .setLicence(trap)
                      .build())
              .build();
      platform.sendForeign(0, trap, platform.raw(pair));
    }
  }

  private RawPair good(SourceKind kind, String contributor, String url) {
    return RawPair.newBuilder(RunningPlatform.submitted(drawn, number++))
        .setMetadata(
            PairMetadata.newBuilder(RunningPlatform.submitted(drawn, number++).getMetadata())
                .setSourceKind(kind.name())
                .setContributor(contributor)
                .setUrl(url)
                .build())
        .setMediaType("")
        .setAnnotations(Map.of())
        .build();
  }

  private static RawPair changed(RawPair pair, ByteBuffer image, String caption) {
    return RawPair.newBuilder(pair).setImage(image).setCaption(caption).build();
  }

  /** A picture of 192 px, another one each time. */
  private ByteBuffer small() {
    BufferedImage picture = new BufferedImage(192, 192, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(number++);
    for (int i = 0; i < 192; i++) {
      picture.setRGB(i, random.nextInt(192), random.nextInt(0x1000000));
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture, "png", file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ByteBuffer.wrap(file.toByteArray());
  }
}
