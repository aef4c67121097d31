package io.pairstream.operate.threshold;

import io.pairstream.operate.catalogue.CatalogueFold;
import io.pairstream.operate.catalogue.HexBytes;
import io.pairstream.operate.sentence.AnswerJson;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.service.table.Database;
import java.util.List;
import java.util.Set;

/** A table with all measures of the {@value #PAIRS} published pairs that were read last. */
public final class MeasureSample implements CatalogueFold {

  static final int PAIRS = 20_000;

  private final Set<String> splits;

  public MeasureSample(PairTopics topics) {
    this.splits = topics.splits().keySet();
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public List<String> schema() {
    return List.of("CREATE TABLE sampled (id INTEGER PRIMARY KEY, pair_id UNIQUE, measures TEXT)");
  }

  @Override
  public void applyAll(List<Event> events, Database table) {
    CatalogueFold.super.applyAll(events, table);
    table.update("DELETE FROM sampled WHERE id <= (SELECT max(id) FROM sampled) - ?", PAIRS);
  }

  @Override
  public void apply(String key, Object value, Place place, Database table) {
    if (value instanceof PreparedPair pair) {
      table.update(
          "INSERT OR REPLACE INTO sampled (pair_id, measures) VALUES (?, ?)",
          HexBytes.of(pair.getPairId()),
          AnswerJson.text(pair.getMeasures()));
    } else if (splits.contains(place.topic())) {
      table.update("DELETE FROM sampled WHERE pair_id = ?", HexBytes.of(key));
    }
  }
}
