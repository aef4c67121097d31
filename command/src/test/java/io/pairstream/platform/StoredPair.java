package io.pairstream.platform;

import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.testing.LongTimeouts;
import io.pairstream.tools.topics.CreateTopics;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** A pair as large as one may be, to be put into a platform and looked for later. */
final class StoredPair {

  static final int BYTES = 8 << 20;

  private final Cluster cluster;

  StoredPair(LocalPlatform platform) {
    cluster =
        new Cluster(
            platform.bootstrapServers(),
            platform.schemaRegistryUrl(),
            new Dataset("pairs"),
            LongTimeouts.TIMEOUT,
            platform.registrySettings());
  }

  void put() {
    ClusterAccess access = new ClusterAccess(cluster);
    new CreateTopics(access, (short) 1).create(new TopicCatalogue(cluster.dataset(), 1));
    try (PairPublisher publisher =
        PairPublisher.open(
            access.topics().crowdsourced(), access.clientSettings(), Clock.systemUTC())) {
      ByteBuffer image = ByteBuffer.allocate(BYTES);
      publisher
          .publish(
              RawPair.newBuilder()
                  .setImage(image)
                  .setCaption("caption")
                  .setMetadata(
                      PairMetadata.newBuilder().setSourceKind(SourceKind.SYNTHETIC.name()).build())
                  .build())
          .join();
    }
  }

  /** How many bytes the images have that are there, read with the schema that is there. */
  List<Integer> images() {
    ClusterAccess access = new ClusterAccess(cluster);
    List<Integer> images = new ArrayList<>();
    try (CommittedLog log = CommittedLog.open(access)) {
      log.readAll(
          access.topics().crowdsourced(),
          (key, pair) -> images.add(pair.map(RawPair::getImage).orElseThrow().remaining()));
    }
    return images;
  }
}
