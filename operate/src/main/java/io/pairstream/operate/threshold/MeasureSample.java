package io.pairstream.operate.threshold;

import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.operate.catalogue.CatalogueFold;
import io.pairstream.operate.catalogue.HexBytes;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.service.table.Database;
import java.util.List;

/** A table with all measures of the {@value #PAIRS} published pairs that were read last. */
public record MeasureSample(PairTopics topics) implements CatalogueFold {

  static final int PAIRS = 20_000;

  @Override
  public Tables tables() {
    return Tables.of(
        2, "CREATE TABLE sampled (id INTEGER PRIMARY KEY, pair_id UNIQUE, measures TEXT)");
  }

  @Override
  public void applyAll(List<Event> events, Database table) {
    for (Event event : events) {
      if (event.value() instanceof IndexedPair pair) {
        table.update(
            "INSERT OR REPLACE INTO sampled (pair_id, measures) VALUES (?, ?)",
            HexBytes.of(event.key()),
            AnswerJson.text(pair.getMeasures()));
      } else if (event.place().topic().equals(topics.index().name())) {
        table.update("DELETE FROM sampled WHERE pair_id = ?", HexBytes.of(event.key()));
      }
    }
    table.update("DELETE FROM sampled WHERE id <= (SELECT max(id) FROM sampled) - ?", PAIRS);
  }
}
