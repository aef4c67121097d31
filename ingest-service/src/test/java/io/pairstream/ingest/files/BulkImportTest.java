package io.pairstream.ingest.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.ingest.publish.NewPair;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.testing.TestDataset;
import io.pairstream.testing.TestKafka;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(900)
class BulkImportTest {

  @RegisterExtension static final TestKafka KAFKA = new TestKafka();

  @Test
  void publishesWhatItCanAndReportsTheRest() {
    TestDataset cluster = KAFKA.dataset(2, TopicCatalogue.SCRAPED);
    List<SourceItem> items =
        List.of(
            pair("a:1", "small"),
            new SourceItem.Problem(2, "a:2", "broken"),
            pair("a:3", "long ".repeat(2_000_000)),
            pair("a:4", "small too"),
            pair("a:5", "past the limit"));
    Heard heard = new Heard();

    BulkImport.Result result;
    try (PairPublisher publisher =
        PairPublisher.open(
            cluster.topics().scraped(),
            cluster.registry(),
            cluster.clientSettings(),
            Clock.systemUTC())) {
      result = new BulkImport(publisher, heard).run(new ListSource(items.iterator()), 2);
    }

    assertThat(result).isEqualTo(new BulkImport.Result(2, 0, 2, 10, BulkImport.Ending.LIMIT));
    assertThat(heard.published).hasValue(2);
    assertThat(heard.problems).extracting(SourceItem.Problem::where).containsExactly("a:2", "a:3");
    assertThat(heard.problems.get(1).message()).contains("at most 9437184 bytes");
  }

  private static SourceItem pair(String where, String caption) {
    return new SourceItem.Pair(
        1,
        where,
        NewPair.of(ByteBuffer.wrap("image".getBytes(UTF_8)), caption, "en", SourceKind.IMPORTED));
  }

  private static final class Heard implements ImportListener {

    private final AtomicInteger published = new AtomicInteger();
    private final List<SourceItem.Problem> problems = new ArrayList<>();

    @Override
    public void problem(SourceItem.Problem problem) {
      problems.add(problem);
    }

    @Override
    public void published(int imageBytes) {
      published.incrementAndGet();
    }
  }

  private record ListSource(Iterator<SourceItem> items) implements PairSource {

    @Override
    public List<String> notices() {
      return List.of();
    }

    @Override
    public void skip(long entry) {}

    @Override
    public double share() {
      return 0;
    }

    @Override
    public boolean hasNext() {
      return items.hasNext();
    }

    @Override
    public SourceItem next() {
      return items.next();
    }

    @Override
    public void close() {}
  }
}
