package io.pairstream.operate.catalogue;

import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.service.table.Database;
import io.pairstream.service.table.Database.RowReader;
import io.pairstream.service.table.TopicTable;
import java.util.Collection;
import java.util.List;

/**
 * How many of a producer's pairs were rejected as copies: of the newest, which are at most half and
 * at most 1,000, and of at most 3,000 before.
 */
@JsonIncludeProperties({"contributor", "sentence"})
public record CopyRise(String contributor, long newest, long copies, long before, long earlier) {

  private static final int FEWEST = 100;

  private static final String COUNTS =
      """
      WITH half AS (SELECT min(1000, count(*) / 2) AS newest
        FROM (SELECT 1 FROM pair WHERE contributor = ?1 LIMIT 4000)),
      latest AS (SELECT reason IN ('DUPLICATE_PAIR', 'NEAR_COPY') AS is_copy,
          id > (SELECT id FROM pair WHERE contributor = ?1 ORDER BY id DESC
            LIMIT 1 OFFSET (SELECT newest FROM half)) AS is_new
        FROM pair WHERE contributor = ?1 ORDER BY id DESC LIMIT 4000)
      SELECT sum(is_new), sum(is_new AND is_copy), sum(NOT is_new), sum(is_copy AND NOT is_new)
        FROM latest\
      """;

  /**
   * The contributors of whose newest pairs clearly more are copies than of their pairs before.
   *
   * @param catalogue with a {@link PairIndex}
   * @param contributors names of the producers that are looked at
   */
  public static List<CopyRise> of(TopicTable catalogue, Collection<String> contributors) {
    return contributors.stream()
        .map(name -> catalogue.read(table -> of(table, name)))
        .filter(CopyRise::isClear)
        .toList();
  }

  private static CopyRise of(Database table, String name) {
    RowReader<CopyRise> reader =
        row -> new CopyRise(name, row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
    return table.first(COUNTS, reader, name).orElseThrow();
  }

  /** At least twice as many, and beyond what chance explains: two proportions, z above 6. */
  boolean isClear() {
    double share = (double) copies / newest;
    double usual = (double) earlier / before;
    double all = (double) (copies + earlier) / (newest + before);
    double deviation = Math.sqrt(all * (1 - all) * (1.0 / newest + 1.0 / before));
    return newest >= FEWEST && share >= 2 * usual && share - usual > 6 * deviation;
  }

  /** The rise in words. */
  @JsonProperty
  public Sentence sentence() {
    return Template.COPIES_ROSE.with(
        contributor, newest, percent(copies, newest), before, percent(earlier, before));
  }

  private static long percent(long part, long whole) {
    return Math.round(100.0 * part / whole);
  }
}
