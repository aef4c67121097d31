package io.pairstream.benchmarks;

import io.pairstream.cleaning.Sha256;
import io.pairstream.operate.catalogue.CatalogueFold.Event;
import io.pairstream.operate.catalogue.CatalogueFold.Place;
import io.pairstream.operate.catalogue.CatalogueFold.Rejected;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.Measurement;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.RecordedLimit;
import io.pairstream.schemas.RecordedRecipe;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.topics.PairTopics;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Made-up pairs as the topics would hold them, without pictures. The same number is always the same
 * pair. Words, contributors, hosts and labels are as unequal as Zipf's law says; a fifth of the
 * pairs is rejected, a quarter of these as copies; a third of the captions is Chinese.
 */
final class CataloguedPairs {

  private static final int CONTRIBUTORS = 20_000;
  private static final int HOSTS = 20_000;
  private static final int LABELS = 1_000;
  private static final int WORDS = 100_000;
  private static final int PARTITIONS = 12;

  /** Pairs a second: 10 million are of four months. */
  private static final long PAIR_MILLIS = 1_000;

  private static final Instant BEGUN = Instant.parse("2026-07-01T00:00:00Z");

  private static final List<String> CHINESE =
      List.of(
          "一只", "黑色", "小狗", "草地", "奔跑", "红色", "自行车", "停在", "墙边", "男人", "坐在", "桌子", "前面", "女孩", "蓝天",
          "白云", "城市", "街道", "夜晚", "灯光", "老人", "公园", "孩子", "海边", "日落", "山上", "木制", "房子", "一杯", "咖啡",
          "厨房", "窗户", "火车", "车站", "飞机", "机场", "鲜花", "花园", "滑雪", "雪地");

  private static final List<String> REASONS =
      List.of(
          "DUPLICATE_PAIR",
          "NEAR_COPY",
          "CAPTION_TOO_SHORT",
          "IMAGE_TOO_SMALL",
          "IMAGE_BLURRED",
          "CAPTION_BOILERPLATE",
          "IMAGE_TOO_ELONGATED",
          "CAPTION_LANGUAGE_UNWANTED",
          "IMAGE_ONE_COLOUR",
          "CAPTION_REPETITIVE",
          "CAPTION_IS_FILE_NAME",
          "IMAGE_PLAIN");

  private static final List<String> STYLES = List.of("photo", "drawing", "painting", "render");

  private final PairTopics topics;

  CataloguedPairs(PairTopics topics) {
    this.topics = topics;
  }

  /** When the topics took a pair. */
  static Instant at(long index) {
    return BEGUN.plusMillis(index * PAIR_MILLIS);
  }

  static String digest(long index) {
    return HexFormat.of().formatHex(Sha256.of("picture " + index));
  }

  static String pairId(long index) {
    return HexFormat.of().formatHex(Sha256.of("pair " + index)).substring(0, 32);
  }

  static String word(int rank) {
    StringBuilder word = new StringBuilder();
    for (int left = rank + 30; left > 0; left /= 100) {
      word.append("bdfgklmnprstvz".charAt(left % 14)).append("aeiou".charAt(left / 14 % 5));
      word.append((char) ('a' + left % 100 / 5));
    }
    return word.toString();
  }

  static String contributor(int rank) {
    return "person-" + rank;
  }

  static String host(int rank) {
    return "pictures" + rank + ".example.org";
  }

  static String label(int rank) {
    return word(rank) + " thing";
  }

  /** A recipe with a limit of an answer. */
  Event limit() {
    RecordedLimit limit = new RecordedLimit("nsfw", null, 0.3, List.of(), "SHADOW");
    RecordedRecipe recipe = RecordedRecipe.newBuilder().setLimits(List.of(limit)).build();
    return event(topics.recipes().name(), "recipe", recipe, 0);
  }

  Event takedown(TakedownKind kind, String subject) {
    Takedown takedown = Takedown.newBuilder().setKind(kind.name()).setSubject(subject).build();
    return event(topics.takedowns().name(), kind.key(subject), takedown, 0);
  }

  /** The records of a pair, in an order that a service sees. */
  List<Event> events(long index) {
    Random random = new Random(index * 0x9E3779B97F4A7C15L);
    RawPair sent = sent(index, random);
    boolean isRejected = random.nextInt(5) == 0;
    String reason =
        !isRejected
            ? ""
            : random.nextInt(4) == 0 ? REASONS.get(0) : REASONS.get(zipf(random, REASONS.size()));
    int place = random.nextInt(50);
    PairStatus status =
        isRejected
            ? PairStatus.QUARANTINED
            : place == 0
                ? PairStatus.TEST
                : place < 3 ? PairStatus.VALIDATION : PairStatus.TRAINING;
    List<Event> events = new ArrayList<>();
    if (sent.getSourceKind().equals("CROWDSOURCED")) {
      Upload upload = Upload.newBuilder().setId(pairId(index)).build();
      events.add(event(topics.uploads().name(), pairId(index), upload, index));
    }
    if (isRejected) {
      Rejected rejected = new Rejected(rejected(index, reason, sent), sent);
      events.add(event(topics.quarantine().name(), pairId(index), rejected, index));
    } else {
      String topic =
          topics.splits().entrySet().stream()
              .filter(split -> split.getValue() == status)
              .map(Map.Entry::getKey)
              .findFirst()
              .orElseThrow();
      IndexedPair pair = published(index, sent, status, random);
      events.add(event(topic, pairId(index), pair, index));
      PairAnswer answer = answer(index, random);
      events.add(event(topics.pairAnswers().name(), pairId(index) + "/safety", answer, index));
    }
    if (!reason.equals(REASONS.get(0))) {
      Receipt receipt = receipt(index, sent, status, reason);
      events.add(event(topics.receipts().name(), pairId(index), receipt, index));
    }
    return events;
  }

  private static Event event(String topic, String key, Object value, long index) {
    int partition = (int) (index % PARTITIONS);
    return new Event(key, value, new Place(topic, partition, index / PARTITIONS, at(index)));
  }

  private static RawPair sent(long index, Random random) {
    int kind = random.nextInt(20);
    RawPair.Builder sent =
        RawPair.newBuilder()
            .setImage(ByteBuffer.wrap(new byte[1]))
            .setReceivedAt(at(index).minusSeconds(2))
            .setLicence(List.of("CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "").get(kind % 4));
    if (kind < 8) {
      sent.setSourceKind("SCRAPED")
          .setUrl("https://" + host(zipf(random, HOSTS)) + "/images/" + index + ".jpg")
          .setProducer("crawler");
    } else if (kind < 15) {
      sent.setSourceKind("CROWDSOURCED")
          .setContributor(contributor(zipf(random, CONTRIBUTORS)))
          .setProducer("app-" + zipf(random, 20));
    } else {
      sent.setSourceKind("IMPORTED").setContributor("museum-" + zipf(random, 200));
    }
    boolean isChinese = random.nextInt(3) == 0;
    sent.setLanguage(isChinese ? "zh" : "en").setCaption(caption(isChinese, random));
    if (random.nextInt(3) == 0) {
      sent.setLabels(
          IntStream.rangeClosed(0, random.nextInt(3))
              .mapToObj(i -> label(zipf(random, LABELS)))
              .distinct()
              .toList());
    }
    return sent.build();
  }

  private static String caption(boolean isChinese, Random random) {
    return IntStream.range(0, 5 + random.nextInt(8))
        .mapToObj(
            i -> isChinese ? CHINESE.get(zipf(random, CHINESE.size())) : word(zipf(random, WORDS)))
        .collect(Collectors.joining(isChinese ? "" : " "));
  }

  private QuarantinedPair rejected(long index, String reason, RawPair sent) {
    return QuarantinedPair.newBuilder()
        .setPairId(pairId(index))
        .setImageDigest(digest(index))
        .setProducer(sent.getProducer())
        .setStep("gate")
        .setReason(reason)
        .setMeasured(
            new Measurement("shorter_side_px", 32d, "AT_LEAST", 64d, "px", "", "", Map.of()))
        .setCopyOf(reason.equals("NEAR_COPY") ? digest(index / 2) : "")
        .setRecipeVersion("0123456789abcdef")
        .setOrigin(origin(index))
        .setQuarantinedAt(at(index))
        .build();
  }

  private IndexedPair published(long index, RawPair sent, PairStatus split, Random random) {
    return IndexedPair.newBuilder()
        .setImageDigest(digest(index))
        .setCaption(sent.getCaption())
        .setLanguage(sent.getLanguage())
        .setSplit(split.name())
        .setFold(random.nextInt(5))
        .setSourceKind(sent.getSourceKind())
        .setContributor(sent.getContributor())
        .setProducer(sent.getProducer())
        .setUrl(sent.getUrl())
        .setLicence(sent.getLicence())
        .setLabels(sent.getLabels())
        .setMediaType("image/jpeg")
        .setMeasures(
            Map.of(
                "sharpness", Math.exp(3 + 2 * random.nextGaussian()),
                "original_bytes", 20_000 + 200_000 * random.nextDouble(),
                "original_width_px", 640.0 + random.nextInt(1_000),
                "original_height_px", 480.0 + random.nextInt(1_000)))
        .setRecipeVersion("0123456789abcdef")
        .setOrigin(origin(index))
        .setReceivedAt(sent.getReceivedAt())
        .setPreparedAt(at(index))
        .setPublishedAt(at(index))
        .build();
  }

  private static PairAnswer answer(long index, Random random) {
    double share = random.nextDouble();
    return PairAnswer.newBuilder()
        .setPairId(pairId(index))
        .setCard("safety")
        .setNumbers(Map.of("nsfw", share * share * share))
        .setLabels(random.nextBoolean() ? Map.of("style", STYLES.get(zipf(random, 4))) : Map.of())
        .setAnsweredAt(at(index))
        .build();
  }

  private Receipt receipt(long index, RawPair sent, PairStatus status, String reason) {
    return Receipt.newBuilder()
        .setPairId(pairId(index))
        .setImageDigest(digest(index))
        .setSampleId(pairId(index))
        .setProducer(sent.getProducer())
        .setStatus(status.name())
        .setReason(reason)
        .setOrigin(origin(index))
        .setReceivedAt(sent.getReceivedAt())
        .setArrivedAt(at(index))
        .setDecidedAt(at(index))
        .build();
  }

  private Origin origin(long index) {
    int partition = (int) (index % PARTITIONS);
    return new Origin(topics.crowdsourced().name(), partition, index / PARTITIONS);
  }

  /** A rank from 0; each is the rarer the greater it is. */
  private static int zipf(Random random, int ranks) {
    return (int) Math.pow(ranks + 1.0, random.nextDouble()) - 1;
  }
}
