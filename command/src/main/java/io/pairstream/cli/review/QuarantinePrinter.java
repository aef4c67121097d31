package io.pairstream.cli.review;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cleaning.Measured;
import io.pairstream.curation.review.Quarantine;
import io.pairstream.curation.review.QuarantineEntry;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.rejection.Measurements;
import io.pairstream.terminal.Printer;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;

/** An entry of the quarantine, field by field. */
record QuarantinePrinter(PrintWriter out) implements Printer {

  /**
   * An entry, and what its original says; of bytes that cannot be read there is neither pair nor
   * link.
   */
  record Read(
      @JsonUnwrapped QuarantineEntry entry, Optional<RawPair> original, Optional<PairLink> link) {

    static Read of(QuarantineEntry entry, ClusterAccess cluster) {
      Quarantine quarantine = new Quarantine(cluster);
      return new Read(entry, quarantine.raw(entry.pair()), quarantine.link(entry.pair()));
    }

    /** The image file as it came; the whole value of a record that is no pair; null of neither. */
    ByteBuffer image() {
      return original.map(RawPair::getImage).orElse(entry.pair().getValue());
    }

    String source() {
      return metadata().map(PairMetadata::getSourceKind).orElse("").toLowerCase(Locale.ROOT);
    }

    String contributor() {
      return metadata().map(PairMetadata::getContributor).orElse("");
    }

    private Optional<PairMetadata> metadata() {
      return original
          .or(() -> Optional.ofNullable(entry.pair().getSent()))
          .map(RawPair::getMetadata)
          .or(() -> link.map(PairLink::getMetadata));
    }
  }

  void print(Read read) {
    QuarantinedPair pair = read.entry().pair();
    field("key", read.entry().key());
    field("reason", pair.getReason());
    field("detail", pair.getDetail());
    Measured measured = Measurements.read(pair.getMeasured());
    field("measured", measured.inWords());
    field("limit", measured.limitInWords());
    field("source", read.source());
    field("contributor", read.contributor());
    field("producer", pair.getProducer());
    read.link()
        .ifPresent(
            link -> {
              field("url", link.getMetadata().getUrl());
              field("caption", link.getCaption());
            });
  }
}
