package io.pairstream.cli.review;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cleaning.Measured;
import io.pairstream.curation.review.Quarantine;
import io.pairstream.curation.review.QuarantineEntry;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.rejection.Measurements;
import io.pairstream.terminal.Printer;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

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
      return of(RawPair::getSourceKind, PairLink::getSourceKind).toLowerCase(Locale.ROOT);
    }

    String contributor() {
      return of(RawPair::getContributor, PairLink::getContributor);
    }

    private String of(Function<RawPair, String> ofPair, Function<PairLink, String> ofLink) {
      return original
          .or(() -> Optional.ofNullable(entry.pair().getSent()))
          .map(ofPair)
          .or(() -> link.map(ofLink))
          .orElse("");
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
              field("url", link.getUrl());
              field("caption", link.getCaption());
            });
  }
}
