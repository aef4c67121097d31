package io.pairstream.benchmarks;

import io.pairstream.answers.ScoreService;
import io.pairstream.answers.ScoreSettings;
import io.pairstream.answers.ScoreSettings.Run;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.image.WorkerSettings;
import io.pairstream.image.card.ModelCard;
import io.pairstream.image.model.AnswerModel;
import io.pairstream.image.model.ModelAnswer;
import io.pairstream.image.model.ModelPool;
import io.pairstream.image.model.ModelQuestion;
import io.pairstream.image.model.ShownPicture;
import io.pairstream.platform.AppLayout;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.service.Cluster;
import io.pairstream.service.report.SelfReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.utils.Utils;

/**
 * Pictures per second of {@code score}, beside the same process of the model asked in a loop, in
 * turn. Arguments: a card; how many drawn pictures a round has; rounds.
 */
public final class ScoredPictures {

  private static final int PARTITIONS = 4;

  private ScoredPictures() {}

  /** The model, with the time from the first question to the last answer, and that at work. */
  private static final class Timed implements AnswerModel {

    private final ModelPool pool;
    private long begun;
    private long ended;
    private long worked;
    private int answers;

    Timed(ModelPool pool) {
      this.pool = pool;
    }

    @Override
    public ModelCard card() {
      return pool.card();
    }

    @Override
    public List<ModelAnswer> ask(List<ModelQuestion> batch) {
      long now = System.nanoTime();
      begun = begun == 0 ? now : begun;
      List<ModelAnswer> said = pool.ask(batch);
      ended = System.nanoTime();
      worked += ended - now;
      answers += said.size();
      return said;
    }

    @Override
    public long answered() {
      return answers;
    }

    @Override
    public void close() {}

    double perSecond() {
      return answers / ((ended - begun) / 1e9);
    }

    double idle() {
      return 1 - (double) worked / (ended - begun);
    }
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 3 || !(arguments[1] + arguments[2]).matches("[1-9][0-9]{0,8}")) {
      System.err.println("a card, how many pictures in a round, and how many rounds?");
      System.exit(2);
    }
    ModelCard card = ModelCard.read(Path.of(arguments[0]));
    int pictures = Integer.parseInt(arguments[1]);
    WorkerSettings one = WorkerSettings.of(AppLayout.ofThisProgram().workerClassPath(), 1);
    Path folder = Files.createTempDirectory("pairstream-benchmark");
    try (ModelPool pool = new ModelPool(card, one, 1);
        WholePlatform platform =
            WholePlatform.start(
                folder, new Dataset(Dataset.DEFAULT_NAME), PARTITIONS, Map.of(), event -> {})) {
      pool.rehearse();
      for (int round = 0; round < Integer.parseInt(arguments[2]); round++) {
        List<PreparedPair> pairs = drawn((long) round * pictures, pictures);
        Timed alone = alone(pool, pairs);
        publish(platform.cluster(), pairs);
        Timed lane = new Timed(pool);
        score(asUsual(platform.cluster()), lane, folder.resolve("state"));
        System.out.printf(
            "alone %.2f a second; score %.2f, %.1f %% of that; the model waits %.1f %% of the time%n",
            alone.perSecond(),
            lane.perSecond(),
            100 * lane.perSecond() / alone.perSecond(),
            100 * lane.idle());
      }
    } finally {
      Utils.delete(folder.toFile());
    }
  }

  /** The cluster without the platform's own time-outs. */
  private static Cluster asUsual(Cluster of) {
    return new Cluster(
        of.bootstrapServers(),
        of.registryAddresses(),
        of.dataset(),
        Map.of(),
        of.registrySettings());
  }

  private static List<PreparedPair> drawn(long from, int count) {
    DrawnPairs drawn = DrawnPairs.plain(1);
    List<PreparedPair> pairs = new ArrayList<>();
    for (long i = from; i < from + count; i++) {
      ByteBuffer image = drawn.at(i).pair().getImage();
      pairs.add(
          PreparedPair.newBuilder()
              .setPairId(PairIdentity.pairId(PairIdentity.imageDigest(image), "drawn"))
              .setImage(image)
              .setCaption("drawn")
              .build());
    }
    return pairs;
  }

  private static Timed alone(ModelPool pool, List<PreparedPair> pairs) {
    Timed model = new Timed(pool);
    for (int i = 0; i < pairs.size(); i += ScoreSettings.USUAL_BATCH) {
      var unused =
          model.ask(
              pairs.subList(i, Math.min(pairs.size(), i + ScoreSettings.USUAL_BATCH)).stream()
                  .map(ScoredPictures::question)
                  .toList());
    }
    return model;
  }

  private static ModelQuestion question(PreparedPair pair) {
    byte[] image = new byte[pair.getImage().remaining()];
    pair.getImage().duplicate().get(image);
    return new ModelQuestion(new ShownPicture(image, pair.getImageEncoding(), 0, 0, 3), null);
  }

  private static void publish(Cluster cluster, List<PreparedPair> pairs) {
    PairTopics topics = PairTopics.of(cluster.dataset(), new AvroSerdes(cluster.registry()));
    try (Producer<String, PreparedPair> producer =
        new KafkaProducer<>(
            cluster.clientSettings(Map.of()),
            topics.training().key().serializer(),
            topics.training().value().serializer())) {
      for (PreparedPair pair : pairs) {
        var unused =
            producer.send(new ProducerRecord<>(topics.training().name(), pair.getPairId(), pair));
      }
      producer.flush();
    }
  }

  private static void score(Cluster cluster, AnswerModel model, Path state) throws IOException {
    ScoreSettings settings =
        new ScoreSettings(
            cluster,
            List.of(TopicCatalogue.TRAINING),
            List.of(),
            ScoreSettings.USUAL_BATCH,
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Run.UNTIL_END,
            Set.of(),
            Files.createDirectories(state));
    try (ScoreService service =
        new ScoreService(
            settings,
            List.of(model),
            Clock.systemUTC(),
            new SelfReport("score", Clock.systemUTC()))) {
      service
          .awaitEnd()
          .ifPresent(
              fault -> {
                throw new IllegalStateException("score has failed", fault);
              });
    }
  }
}
